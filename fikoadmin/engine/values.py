"""Reading the values that conditions compare: numbers, dates, times of day, lists."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time
from math import isfinite
from typing import Any, TypeAlias

from ..words import N_
from .text import DIGITS

Number: TypeAlias = int | float

NO_VALUE = N_("there is no value to compare")
NO_ORDER = N_("these two values have no order")
NOT_BOUNDS = N_("two bounds are needed")

_NUMBER = re.compile(r"[+-]?\d{1,300}(\.\d{1,300})?([eE][+-]?\d{1,3})?", re.ASCII)
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?", re.ASCII)
_COMMA = re.compile("[,،]")


class Senseless(Exception):
    """A comparison that has no answer; the text says why."""


def number(value: Any) -> Number | None:
    """`value` as a number, a text in ASCII, Persian or Arabic digits included; None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    text = value.strip().translate(DIGITS).replace("٫", ".") if isinstance(value, str) else ""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    if not (match[1] or match[2]):
        return int(text)
    return float(text) if isfinite(float(text)) else None


def orderable(value: Any) -> bool:
    """Whether `value` is a number, an ISO 8601 date or a time of day."""
    return any(read(value) is not None for read in (number, _moment, _clock))


def bounds(value: Any) -> tuple[Any, Any]:
    """The two bounds in `[a, b]` or `"a, b"`; raises Senseless where there are not two."""
    parts = _COMMA.split(value) if isinstance(value, str) else value
    if not isinstance(parts, list) or len(parts) != 2:
        raise Senseless(NOT_BOUNDS)
    return parts[0], parts[1]


def choices(value: Any) -> list[Any]:
    """The values in a list or in a text with commas."""
    if isinstance(value, str):
        return [part.strip() for part in _COMMA.split(value) if part.strip()]
    return value if isinstance(value, list) else [value]


def ordered(holds: Callable[[Any, Any], bool], actual: Any, expected: Any) -> bool:
    """Whether the order holds between two numbers, dates or times of day; Senseless between others."""
    if actual is None:
        raise Senseless(NO_VALUE)
    for read in (number, _moment, _clock):
        left, right = read(actual), read(expected)
        if left is not None and right is not None:
            return holds(*_in_one_zone(left, right))
    raise Senseless(NO_ORDER)


def same(actual: Any, expected: Any) -> bool:
    """Equality of single values: a number equals its digits, a flag equals true or false, never "yes"."""
    if isinstance(actual, bool) or isinstance(expected, bool):
        return _flag(actual) is not None and _flag(actual) == _flag(expected)
    if isinstance(actual, str) and isinstance(expected, str):
        return actual == expected
    left, right = number(actual), number(expected)
    return left == right if left is not None and right is not None else bool(actual == expected)


def _flag(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value.strip().casefold()) if isinstance(value, str) else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        return datetime.fromisoformat(value.strip().translate(DIGITS))
    except ValueError:
        return None


def _clock(value: Any) -> time | None:
    match = _CLOCK.fullmatch(value.strip().translate(DIGITS)) if isinstance(value, str) else None
    if match is None:
        return None
    hour, minute, second = (int(part or 0) for part in match.groups())
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _in_one_zone(left: Any, right: Any) -> tuple[Any, Any]:
    """A date without a zone is read in the other one's zone."""
    if not isinstance(left, datetime):
        return left, right
    zone = left.tzinfo or right.tzinfo
    return left.replace(tzinfo=left.tzinfo or zone), right.replace(tzinfo=right.tzinfo or zone)
