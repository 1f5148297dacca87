"""The rows of a condition node's conditions as one field of its form."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field

from ...errors import Invalid
from ..labels import label
from ..language import gettext
from ..refused import refusal
from .condition_row import ALL_OPERATORS, OPERATORS, OTHER, PARTS, Row, is_object, row_of
from .field_values import values_of
from .node_fields import plain
from .node_labels import CONDITION_KINDS, FIELDS

ROWS = 100


class Conditions(Field):
    """The rows of a condition node's conditions; `data` is the list to be stored.

    More of them than a page can hold are kept as they are and not shown.
    """

    rows: list[Row]

    @property
    def are_too_many(self) -> bool:
        return len(self.object_data) > ROWS

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        self.process_errors: list[str] = []
        self.object_data = self.data = data or []
        if self.are_too_many or formdata is None or f"{self.name}-count" not in formdata:
            self.rows = [row_of(condition) for condition in self.data[:ROWS]]
            return
        self.rows = [self._typed(formdata, place) for place in range(self._count(formdata))]
        self._read()

    def kinds(self) -> list[tuple[str, str]]:
        return [(kind, str(text)) for kind, text in CONDITION_KINDS.items()]

    def fields(self) -> list[tuple[str, str]]:
        return [
            ("", gettext("Choose…")),
            *((name, str(text)) for name, text in FIELDS.items()),
            (OTHER, gettext("Another field…")),
        ]

    def operators(self, row: Row) -> list[tuple[str, str]]:
        return [(operator, label("operator", operator)) for operator in row.operators]

    def values(self, row: Row) -> list[tuple[str, str]]:
        """To choose from while one types; none where the row's field can have many."""
        return values_of(row.name)

    def add(self) -> None:
        if len(self.rows) < ROWS:
            self.rows.append(Row())

    def remove(self, place: int) -> None:
        if place < len(self.rows):
            del self.rows[place]

    def _count(self, formdata: MultiDict[str, str]) -> int:
        text = formdata[f"{self.name}-count"]
        return min(int(text), ROWS) if text.isascii() and text.isdigit() and len(text) < 4 else 0

    def _typed(self, formdata: MultiDict[str, str], place: int) -> Row:
        row = Row()
        for part in PARTS:
            setattr(row, part, plain(formdata.get(f"{self.name}-{place}-{part}", "")))
        row.base = row.base if is_object(row.base) else ""
        if row.kind in OPERATORS and row.operator not in row.operators and row.operator in ("", *ALL_OPERATORS):
            row.operator = "contains"  # its kind was changed: the operators of the other kind mean nothing here
        return row

    def _read(self) -> None:
        read = []
        for row in self.rows:
            try:
                read.append(row.condition())
            except Invalid as error:
                row.errors[error.field] = refusal(error)
        if any(row.errors for row in self.rows):
            self.process_errors.append(gettext("Look at the conditions that are marked."))
        else:
            self.data = read
