"""Checks the fields of a document against their shapes, each error at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, datetime, time
from typing import Any, TypeAlias

from .. import destinations
from ..engine.kinds import COMBINATIONS, COUNT_MAX, Field, Shape
from .places import Place, shown, wrong

POSITION_MAX = 1_000_000_000
MOMENT_LENGTH = 40
YEARS = range(1900, 9999)

Check: TypeAlias = Callable[[Any, Field, Place], Any]


def read_fields(values: Mapping[str, Any], fields: Mapping[str, Field], place: Place) -> dict[str, Any]:
    """`values` with those of `fields` checked, and what is missing at its default; other fields are kept."""
    read = dict(values)
    for name, field in fields.items():
        if name in values:
            read[name] = read_field(values[name], field, (place, name))
        elif not field.optional:
            read[name] = deepcopy(field.default)
    return read


def read_field(value: Any, field: Field, place: Place) -> Any:
    """`value` where it has the field's shape; raises Invalid where it has not."""
    if field.nullable and value in (None, ""):
        return None
    return _CHECKS[field.shape](value, field, place)


def an_object(value: Any, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong(place, f"must be an object, not {shown(value)}")
    return value


def a_list(value: Any, place: Place, most: int | None = None) -> list[Any]:
    if not isinstance(value, list):
        raise wrong(place, f"must be a list, not {shown(value)}")
    if most is not None and len(value) > most:
        raise wrong(place, f"has {len(value)} entries; {most} are allowed")
    return value


def a_text(value: Any, place: Place, length: int | None = None) -> str:
    if not isinstance(value, str):
        raise wrong(place, f"must be a text, not {shown(value)}")
    if length is not None and len(value) > length:
        raise wrong(place, f"is longer than {length} characters")
    return value


def one_of(value: Any, choices: tuple[str, ...], place: Place) -> str:
    if not isinstance(value, str) or value not in choices:
        raise wrong(place, f"{shown(value)} is not one of {', '.join(filter(None, choices))}")
    return value


def required(values: Mapping[str, Any], name: str, place: Place) -> Any:
    if name not in values:
        raise wrong((place, name), "is missing")
    return values[name]


def _texts(value: Any, field: Field, place: Place) -> list[Any]:
    for index, text in enumerate(a_list(value, place)):
        a_text(text, (place, index), field.length)
    return list(value)


def _destination(value: Any, field: Field, place: Place) -> str:
    if a_text(value, place) and destinations.find(value) is None:
        raise wrong(place, f"{shown(value)} is not a destination")
    return str(value)


def _flag(value: Any, field: Field, place: Place) -> bool:
    if not isinstance(value, bool):
        raise wrong(place, f"must be true or false, not {shown(value)}")
    return value


def _count(value: Any, field: Field, place: Place) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(place, f"must be a whole number, not {shown(value)}")
    if not 0 <= value <= COUNT_MAX:
        raise wrong(place, f"must be between 0 and {COUNT_MAX}")
    return value


def _number(value: Any, field: Field, place: Place) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong(place, f"must be a number, not {shown(value)}")
    if not abs(value) <= POSITION_MAX:
        raise wrong(place, f"must be between -{POSITION_MAX} and {POSITION_MAX}")
    return value


def _in_time(read: Callable[[str], date | time], what: str) -> Check:
    """Keeps the text as it was written, so that it is exported as it came."""

    def check(value: Any, field: Field, place: Place) -> str:
        text = a_text(value, place, MOMENT_LENGTH)
        try:
            found = read(text)
        except ValueError:
            raise wrong(place, f"{shown(text)} is not {what} in ISO 8601") from None
        if isinstance(found, date) and found.year not in YEARS:
            raise wrong(place, f"{shown(text)} is out of range")
        return text

    return check


def _conditions(value: Any, field: Field, place: Place) -> list[Any]:
    for index, condition in enumerate(a_list(value, place)):
        read_condition(an_object(condition, (place, index)), (place, index))
    return list(value)


def read_condition(condition: Mapping[str, Any], place: Place) -> None:
    """Raises Invalid where a condition, or the group that it is, has a part of the wrong type."""
    for name in ("type", "field", "operator", "prompt"):
        if condition.get(name) is not None:
            a_text(condition[name], (place, name))
    if condition.get("combination_operator") is not None:
        one_of(condition["combination_operator"], COMBINATIONS, (place, "combination_operator"))
    if "conditions" in condition:
        _conditions(condition["conditions"], _CONDITIONS, (place, "conditions"))


_CONDITIONS = Field("conditions", [])

_CHECKS: Mapping[Shape, Check] = {
    "text": lambda value, field, place: a_text(value, place, field.length),
    "texts": _texts,
    "choice": lambda value, field, place: one_of(value, field.choices, place),
    "destination": _destination,
    "flag": _flag,
    "count": _count,
    "number": _number,
    "moment": _in_time(datetime.fromisoformat, "a date and time"),
    "day": _in_time(datetime.fromisoformat, "a date"),
    "clock": _in_time(time.fromisoformat, "a time of day"),
    "list": lambda value, field, place: a_list(value, place),
    "object": lambda value, field, place: an_object(value, place),
    "conditions": _conditions,
}
