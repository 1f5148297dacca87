"""Checks the fields of a document against their shapes, each error at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import date, datetime, time
from typing import Any, TypeAlias

from .. import destinations
from ..engine.kinds import COMBINATIONS, COUNT_MAX, Field, Shape
from ..words import N_
from .places import Place, shown, wrong

POSITION_MAX = 1_000_000_000
MOMENT_LENGTH = 40
YEARS = range(1900, 9999)

NOT_AN_OBJECT = N_("must be an object, not %(value)s")
NOT_A_LIST = N_("must be a list, not %(value)s")
NOT_A_TEXT = N_("must be a text, not %(value)s")
NOT_A_FLAG = N_("must be true or false, not %(value)s")
NOT_A_NUMBER = N_("must be a number, not %(value)s")
NOT_WHOLE = N_("must be a whole number, not %(value)s")
NOT_BETWEEN = N_("must be between %(least)s and %(most)s")
NOT_ONE_OF = N_("%(value)s is not one of %(choices)s")
NOT_A_DESTINATION = N_("%(value)s is not a destination")
NOT_A_MOMENT = N_("%(value)s is not a date and time in %(format)s")
NOT_A_DAY = N_("%(value)s is not a date in %(format)s")
NOT_A_CLOCK = N_("%(value)s is not a time of day in %(format)s")
TOO_MANY = N_("has %(count)s entries; %(most)s are allowed")
TOO_LONG = N_("is longer than %(most)s characters")

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
        return value  # either says that there is none, and is exported as it came
    return _CHECKS[field.shape](value, field, place)


def an_object(value: Any, place: Place) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong(place, NOT_AN_OBJECT, value=shown(value))
    return value


def a_list(value: Any, place: Place, most: int | None = None) -> list[Any]:
    if not isinstance(value, list):
        raise wrong(place, NOT_A_LIST, value=shown(value))
    if most is not None and len(value) > most:
        raise wrong(place, TOO_MANY, count=len(value), most=most)
    return value


def a_text(value: Any, place: Place, length: int | None = None) -> str:
    if not isinstance(value, str):
        raise wrong(place, NOT_A_TEXT, value=shown(value))
    if length is not None and len(value) > length:
        raise wrong(place, TOO_LONG, most=length)
    return value


def one_of(value: Any, choices: tuple[str, ...], place: Place) -> str:
    if not isinstance(value, str) or value not in choices:
        raise wrong(place, NOT_ONE_OF, value=shown(value), choices=", ".join(filter(None, choices)))
    return value


def required(values: Mapping[str, Any], name: str, place: Place) -> Any:
    if name not in values:
        raise wrong((place, name), N_("is missing"))
    return values[name]


def _texts(value: Any, field: Field, place: Place) -> list[Any]:
    for index, text in enumerate(a_list(value, place)):
        a_text(text, (place, index), field.length)
    return list(value)


def _destination(value: Any, field: Field, place: Place) -> str:
    if a_text(value, place) and destinations.find(value) is None:
        raise wrong(place, NOT_A_DESTINATION, value=shown(value))
    return str(value)


def _flag(value: Any, field: Field, place: Place) -> bool:
    if not isinstance(value, bool):
        raise wrong(place, NOT_A_FLAG, value=shown(value))
    return value


def _count(value: Any, field: Field, place: Place) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise wrong(place, NOT_WHOLE, value=shown(value))
    if not 0 <= value <= COUNT_MAX:
        raise wrong(place, NOT_BETWEEN, least=0, most=COUNT_MAX)
    return value


def _number(value: Any, field: Field, place: Place) -> int | float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise wrong(place, NOT_A_NUMBER, value=shown(value))
    if not abs(value) <= POSITION_MAX:
        raise wrong(place, NOT_BETWEEN, least=-POSITION_MAX, most=POSITION_MAX)
    return value


def _in_time(read: Callable[[str], date | time], otherwise: str) -> Check:
    """Keeps the text as it was written, so that it is exported as it came."""

    def check(value: Any, field: Field, place: Place) -> str:
        text = a_text(value, place, MOMENT_LENGTH)
        try:
            found = read(text)
        except ValueError:
            raise wrong(place, otherwise, value=shown(text), format="ISO 8601") from None
        if isinstance(found, date) and found.year not in YEARS:
            raise wrong(place, N_("%(value)s is out of range"), value=shown(text))
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
    "moment": _in_time(datetime.fromisoformat, NOT_A_MOMENT),
    "day": _in_time(datetime.fromisoformat, NOT_A_DAY),
    "clock": _in_time(time.fromisoformat, NOT_A_CLOCK),
    "list": lambda value, field, place: a_list(value, place),
    "object": lambda value, field, place: an_object(value, place),
    "conditions": _conditions,
}
