"""Texts with `{{names}}` in them: filled when a node runs, rewritten when node ids change."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from .fields import MISSING, USER_RESPONSE, Fields, look_up

_PLACEHOLDER = re.compile(r"\{\{([^{}]{1,300})\}\}")


def names(text: str) -> list[str]:
    """The names that `text` mentions, each once, in order."""
    return list(dict.fromkeys(match[1].strip() for match in _PLACEHOLDER.finditer(text)))


def fill(text: str, fields: Fields, shaped: Callable[[str], str] = str) -> tuple[str, list[str]]:
    """`text` with its placeholders filled, each value as `shaped` has it, and the unknown names, which become empty.

    It is one pass: a value that looks like a placeholder stays as its writer wrote it.
    """
    unknown: dict[str, None] = {}

    def value_of(match: re.Match[str]) -> str:
        name = match[1].strip()
        value = look_up(fields, name)
        if value is MISSING:
            unknown[name] = None
            return ""
        return shaped(written(value))

    return _PLACEHOLDER.sub(value_of, text), list(unknown)


def fill_data(value: Any, fields: Fields) -> tuple[Any, list[str]]:
    """`value`, any JSON, with every text in it filled, keys left alone; and the unknown names."""
    unknown: dict[str, None] = {}

    def filled(text: str) -> str:
        result, missing = fill(text, fields)
        unknown.update(dict.fromkeys(missing))
        return result

    return _in_texts(value, filled), list(unknown)


def rewrite_ids(value: Any, ids: Mapping[str, str]) -> Any:
    """`value`, any JSON, with `user_response_<id>` of each old id in `ids` naming the new one.

    Rewritten where it stands in a placeholder, and where it is a whole text: a condition's field.
    """

    def renamed(name: str) -> str:
        old = name.strip().removeprefix(USER_RESPONSE)
        if not name.strip().startswith(USER_RESPONSE) or old not in ids:
            return name
        return name.replace(USER_RESPONSE + old, USER_RESPONSE + ids[old])

    def rewritten(text: str) -> str:
        return renamed(_PLACEHOLDER.sub(lambda match: "{{" + renamed(match[1]) + "}}", text))

    return _in_texts(value, rewritten)


def written(value: Any) -> str:
    """A field's value as a customer reads it; lists join with a comma, null is empty."""
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(written(item) for item in value)
    if isinstance(value, bool | dict):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _in_texts(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _in_texts(item, change) for key, item in value.items()}
    if isinstance(value, list):
        return [_in_texts(item, change) for item in value]
    return value
