"""JSON from strangers: bounded, and nothing that some other reader would understand differently."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

from ..errors import Invalid
from ..words import N_
from .places import WHOLE, Key, Place, wrong

SIZE = 2 * 1024 * 1024
DEPTH = 32
WHOLE_MAX = 2**63 - 1
OUT_OF_RANGE = N_("is a number out of range")
TOO_LARGE = N_("is larger than %(most)s MiB")
TOO_DEEP = N_("is nested deeper than %(most)s levels")
TOO_DEEP_AT = N_("is nested deeper than %(most)s levels at character %(character)s")
NOT_UTF8 = N_("is not %(encoding)s text: byte %(byte)s")
NOT_JSON = N_("is not JSON: line %(line)s, column %(column)s: %(why)s")
NOT_A_NUMBER = N_("%(value)s is not a number")
TWICE = N_("is given twice")
UNSTORABLE = N_("contains a character that cannot be stored (NUL or half of a surrogate pair)")
# What Python's parser says, for those who translate.
PARSER_SAYS = (
    N_("Expecting value"), N_("Extra data"), N_("Expecting ',' delimiter"), N_("Expecting ':' delimiter"),
    N_("Expecting property name enclosed in double quotes"), N_("Unterminated string starting at"),
    N_("Invalid control character at"), N_("Invalid \\escape"), N_("Invalid \\uXXXX escape"),
    N_("Illegal trailing comma before end of array"), N_("Illegal trailing comma before end of object"),
)  # fmt: skip

# What is nested deeper than this is refused before it is parsed: the parser would run out of stack.
_PARSED_DEPTH = 200
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class NotJSON(Invalid):
    """The document is no JSON text at all."""

    status = 400
    title = "Not JSON"


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in the parsed value where the parser met something that JSON, or this reader, does not have."""

    text: str
    key: str | None = None
    value: str = ""


def parse(raw: bytes | str) -> Any:
    """The value of a JSON text, not yet sound; raises NotJSON, or Invalid where it is too large."""
    text = _text(raw)
    _refuse_nesting(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_object,
            parse_int=_whole,
            parse_constant=lambda name: _Flaw(NOT_A_NUMBER, value=name),
        )
    except json.JSONDecodeError as error:
        raise NotJSON(WHOLE, NOT_JSON, line=error.lineno, column=error.colno, why=error.msg) from None


def refuse_unsound(value: Any, place: Place = None) -> None:
    """Raises Invalid for the first place in `value` that is too deep or cannot be stored everywhere."""
    _refuse(place, value, 0)
    ahead = [_inside(place, value)]
    while ahead:
        for here, inner in ahead[-1]:
            _refuse(here, inner, len(ahead))
            if isinstance(inner, dict | list):
                ahead.append(_inside(here, inner))
                break
        else:
            ahead.pop()


def _text(raw: bytes | str) -> str:
    if len(raw) > SIZE or (isinstance(raw, str) and len(raw.encode("utf-8", "surrogatepass")) > SIZE):
        raise Invalid(WHOLE, TOO_LARGE, most=SIZE // 1024**2)
    if isinstance(raw, str):
        return raw
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotJSON(WHOLE, NOT_UTF8, encoding="UTF-8", byte=error.start + 1) from None


def _refuse_nesting(text: str) -> None:
    depth = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        bracket = text[match.start()]
        depth += (bracket in "[{") - (bracket in "]}")
        if depth > _PARSED_DEPTH:
            raise Invalid(WHOLE, TOO_DEEP_AT, most=DEPTH, character=match.start() + 1)


def _object(pairs: list[tuple[str, Any]]) -> Any:
    made = dict(pairs)
    if len(made) == len(pairs):
        return made
    counts = Counter(key for key, _ in pairs)
    return _Flaw(TWICE, counts.most_common(1)[0][0])


def _whole(digits: str) -> Any:
    # A number of many digits is not even read: that alone takes long.
    return int(digits) if len(digits) <= 20 else _Flaw(OUT_OF_RANGE)


def _inside(place: Place, value: Any) -> Iterator[tuple[Place, Any]]:
    inner: Iterable[tuple[Key, Any]] = ()
    if isinstance(value, dict):
        inner = value.items()
    elif isinstance(value, list):
        inner = enumerate(value)
    return (((place, key), each) for key, each in inner)


def _refuse(place: Place, value: Any, depth: int) -> None:
    if isinstance(value, _Flaw):
        raise wrong(place if value.key is None else (place, value.key), value.text, value=value.value)
    if depth > DEPTH:
        raise wrong(place, TOO_DEEP, most=DEPTH)
    if isinstance(value, dict):
        for key in value:
            _refuse_text((place, key), key)
    elif isinstance(value, str):
        _refuse_text(place, value)
    elif _out_of_range(value):
        raise wrong(place, OUT_OF_RANGE)


def _out_of_range(value: Any) -> bool:
    if isinstance(value, float):
        return not isfinite(value)
    return isinstance(value, int) and abs(value) > WHOLE_MAX


def _refuse_text(place: Place, text: str) -> None:
    if _UNSTORABLE.search(text):
        raise wrong(place, UNSTORABLE)
