"""The fields of node forms in which one chooses; a stored value that this release does not know can stay chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField

from ..labels import CHANNELS, Table, is_known_destination
from ..language import gettext
from .node_labels import word


def _or_none(value: str) -> str | None:
    return value or None


class Choice(SelectField):
    """One value of a table of words; a stored value that this release does not know stays among them.

    `empty` is the word for no value, where there may be none; else no value can only be left.
    """

    def __init__(self, text: Any, table: Table, values: Sequence[str], empty: Any = None, **options: Any) -> None:
        super().__init__(text, validate_choice=False, coerce=_or_none, **options)
        self.table, self.values, self.empty = table, values, empty

    def process_data(self, value: Any) -> None:
        self.data = value
        nothing = [("", self.empty or gettext("Choose…"))] if self.empty or not value else []
        known = [(each, word(self.table, each)) for each in self.values if each]
        unknown = [(value, f"{value} ({gettext('unknown')})")] if value and value not in self.values else []
        self.choices = nothing + known + unknown

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        if valuelist[0] not in [value for value, _ in self.choices]:
            raise ValueError(gettext("Choose one of the list."))
        self.data = self.object_data if valuelist[0] == (self.object_data or "") else valuelist[0] or None


class Destination(SelectField):
    """The destination dropdown; an unknown stored one is kept while it stays chosen."""

    def __init__(self, text: Any, **options: Any) -> None:
        super().__init__(text, choices=[], validate_choice=False, **options)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        value = valuelist[0]
        if value and value != self.object_data and not is_known_destination(value):
            self.data = self.object_data
            raise ValueError(gettext("Choose one of the list."))
        self.data = value


class Channels(SelectMultipleField):
    """Tick boxes; none ticked means every channel. The form sends an empty value beside them, so that it is heard."""

    def __init__(self, text: Any, **options: Any) -> None:
        super().__init__(text, validate_choice=False, **options)

    def process_data(self, value: Any) -> None:
        self.data = list(value or ())
        known = [(each, word(CHANNELS, each)) for each in CHANNELS if each != "all"]
        others = [(each, each) for each in self.data if each not in CHANNELS]
        self.choices = known + others

    def ticked(self) -> list[str]:
        chosen: list[str] = self.data or []
        return [] if "all" in chosen else chosen

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            self.data = self.object_data
            return
        chosen = [value for value, _ in self.choices if value in valuelist]
        is_kept = set(chosen) == set(self.ticked()) and not set(valuelist) - {"", *chosen}
        if set(valuelist) - {"", *chosen}:
            raise ValueError(gettext("Choose among the channels."))
        self.data = self.object_data if is_kept else chosen


class Switch(BooleanField):
    """A tick box; the form sends an empty value beside it, so that an unticked one is heard."""

    false_values = ("", "false", False)

    def _value(self) -> str:
        return "y"  # not what was sent first, which is the empty value beside it

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist:
            self.data = any(value not in self.false_values for value in valuelist)
