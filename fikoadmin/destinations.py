"""Where a conversation can be redirected.

The one list of destinations. They are stored as plain text without a database check, so that adding one
here changes no column and no row, and a release that does not know a value still shows the row.
"""

from __future__ import annotations

from dataclasses import dataclass

from .words import N_


@dataclass(frozen=True)
class Destination:
    value: str
    label: str

    @property
    def to_people(self) -> bool:
        return self.value != AI


AI = "ai"
SUPPORT = "support"

DESTINATIONS: tuple[Destination, ...] = (
    Destination(AI, N_("AI Assistant")),
    Destination(SUPPORT, N_("Support")),
    Destination("sales", N_("Sales")),
    Destination("technical", N_("Technical")),
    Destination("billing", N_("Billing")),
    Destination("general", N_("General")),
)

DEPARTMENTS: tuple[str, ...] = tuple(d.value for d in DESTINATIONS if d.to_people)

_BY_VALUE = {d.value: d for d in DESTINATIONS}


def find(value: str | None) -> Destination | None:
    """The destination of that value, or None where this release does not know it."""
    return _BY_VALUE.get(value or "")
