"""Conditions in a form: one row each, whose parts follow from its kind.

A row carries the condition that it was drawn from, so that what this page does not show of it survives a save.
Groups, and whatever else a row cannot show, are edited as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as each_its_own
from typing import Any

from ...documents import shapes
from ...engine.comparisons import FIELD_OPERATORS, MESSAGE_OPERATORS
from ...engine.condition_shape import FIELD_TYPES, field_name, is_group
from ...errors import Invalid
from ..formats import format_number
from ..language import gettext
from ..refused import refusal_at
from .node_fields import TEXT_LENGTH, an_object, plain
from .node_labels import CONDITION_KINDS, FIELDS
from .sentences import NO_VALUE

OTHER = "other"
PARTS = ("kind", "field", "other", "operator", "value", "prompt", "json", "base")
OPERATORS = {"message": tuple(MESSAGE_OPERATORS), "field": tuple(FIELD_OPERATORS)}
ALL_OPERATORS = (*MESSAGE_OPERATORS, *FIELD_OPERATORS)


@dataclass(slots=True)
class Row:
    """The texts of one row; `base` is the condition that it began as, as JSON."""

    kind: str = "message"
    field: str = ""
    other: str = ""
    operator: str = "contains"
    value: str = ""
    prompt: str = ""
    json: str = ""
    base: str = ""
    errors: dict[str, str] = each_its_own(default_factory=dict)

    @property
    def operators(self) -> tuple[str, ...]:
        """Those of its kind, and the stored one where this release does not know it."""
        known = OPERATORS.get(self.kind, ())
        stored = str(self._stored().get("operator") or "")
        return (*known, stored) if stored and stored not in known else known

    @property
    def takes_value(self) -> bool:
        return self.operator not in NO_VALUE

    def condition(self) -> Any:
        """The condition that the texts say; raises Invalid, its field the wrong part."""
        base = self._stored()
        if base and self.texts() == row_of(base).texts():
            return base
        for part in ("value", "prompt", "other"):
            _refuse_unsound(part, getattr(self, part))
        if self.kind == "group":
            return _checked(_json("json", self.json))
        same_kind = base if base and row_of(base).kind == self.kind else {}
        return same_kind | self._edited(same_kind)

    def _stored(self) -> dict[str, Any]:
        stored: dict[str, Any] = json.loads(self.base) if self.base else {}
        return stored

    def texts(self) -> tuple[str, ...]:
        """What of the row its kind shows."""
        if self.kind == "group":
            return (self.kind, self.json)
        if self.kind == "ai":
            return (self.kind, self.prompt)
        return (self.kind, self.name, self.operator, self.value if self.takes_value else "")

    @property
    def name(self) -> str:
        """The field that a row of that kind names."""
        if self.kind != "field":
            return ""
        return self.other.strip() if self.field == OTHER else self.field

    def _edited(self, base: Mapping[str, Any]) -> dict[str, Any]:
        if self.kind == "ai":
            return {"type": "ai", "prompt": self.prompt}
        for part, value, known in (
            ("kind", self.kind, CONDITION_KINDS),
            ("operator", self.operator, self.operators),
            ("field", self.field, (*FIELDS, "", OTHER)),
        ):
            if value not in known:
                raise Invalid(part, gettext("Choose one of the list."))
        compared = {"operator": self.operator, "value": self._value(base)}
        if self.kind == "message":
            return {"type": "message"} | compared
        return {"type": base.get("type") or _type_of(self.name), "field": self.name} | compared

    def _value(self, base: Mapping[str, Any]) -> Any:
        """The stored value as it is where its text is the same: a number stays a number."""
        stored = base.get("value")
        return stored if _text(stored) == self.value else self.value


def row_of(condition: Any) -> Row:
    """The row that shows a stored condition."""
    row = Row(base=_dumped(condition))
    shown_as_json = not isinstance(condition, Mapping) or is_group(condition)
    kind = "group" if shown_as_json else _kind(condition)
    if kind == "group":
        row.kind, row.json = kind, json.dumps(condition, ensure_ascii=False, indent=2)
        return row
    row.kind, row.operator = kind, str(condition.get("operator") or "")
    row.value, row.prompt = _text(condition.get("value")), _text(condition.get("prompt"))
    name = field_name(condition)
    row.field, row.other = (name, "") if name in FIELDS or not name else (OTHER, name)
    return row


def _kind(condition: Mapping[str, Any]) -> str:
    type_ = condition.get("type")
    if type_ in ("message", "ai"):
        return str(type_)
    return "field" if not type_ or type_ in FIELD_TYPES else "group"


def _type_of(name: str) -> str:
    if name == "user.tags":
        return "tag"
    return {"user": "user", "now": "time"}.get(name.partition(".")[0], "custom")


def _text(value: Any) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, str) else _dumped(value)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _json(part: str, text: str) -> dict[str, Any]:
    try:
        return an_object(text)
    except ValueError as error:
        raise Invalid(part, str(error)) from None


def is_object(text: str) -> bool:
    """Whether that is the JSON of an object, as a row's `base` has to be."""
    try:
        return bool(an_object(text))
    except ValueError:
        return False


def _checked(condition: dict[str, Any]) -> dict[str, Any]:
    try:
        shapes.read_condition(condition, None)
    except Invalid as error:
        raise Invalid("json", refusal_at(error)) from None
    return condition


def _refuse_unsound(part: str, text: str) -> None:
    if "\0" in text:
        raise Invalid(part, gettext("The text contains a character that cannot be stored (NUL)."))
    if len(text) > TEXT_LENGTH:
        raise Invalid(part, gettext("At most %(count)s characters.", count=format_number(TEXT_LENGTH)))
