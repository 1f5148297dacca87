"""How conditions are written, and how their values are shown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

FIELD_TYPES = ("user", "tag", "time", "custom")

DEPTH = 20
"""How deep groups may nest."""

_SHOWN_LENGTH = 200
_SHOWN_ITEMS = 20


def is_group(condition: Mapping[str, Any]) -> bool:
    """Whether it combines conditions; an empty list beside a type or field is a left-over of an editor."""
    single = condition.get("type") or condition.get("field")
    return "conditions" in condition and not (single and not condition["conditions"])


def combination(group: Mapping[str, Any]) -> Any:
    """How a group combines; other systems call it `operator` in nested groups."""
    return group.get("combination_operator") or group.get("operator") or "and"


def on_field(condition: Mapping[str, Any]) -> bool:
    """Whether its type, or having none, makes it a condition on a field."""
    return (condition.get("type") or FIELD_TYPES[0]) in FIELD_TYPES


def field_name(condition: Mapping[str, Any]) -> str:
    """The field that a condition names, written plainly or as a placeholder."""
    name = condition.get("field")
    if not isinstance(name, str):
        return ""
    name = name.strip()
    return name[2:-2].strip() if name.startswith("{{") and name.endswith("}}") else name


def shown(value: Any) -> Any:
    """`value` as a check keeps it: JSON of bounded length."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, list) and not any(isinstance(item, list | Mapping) for item in value):
        return [shown(item) for item in value[:_SHOWN_ITEMS]]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _SHOWN_LENGTH else text[: _SHOWN_LENGTH - 1] + "…"


def asks(condition: Any) -> bool:
    """Whether a prompt for a language model stands anywhere in it."""
    if not isinstance(condition, Mapping):
        return False
    inner = condition.get("conditions") if is_group(condition) else None
    return condition.get("type") == "ai" if inner is None else any(asks(each) for each in inner)
