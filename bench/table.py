"""The one table that a bench prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADS = ("yardstick", "ours", "reference", "ratio", "goal", "reached")


@dataclass(frozen=True)
class Line:
    """One figure beside its reference; `reached` is decided by who measured it."""

    yardstick: str
    ours: str
    reference: str
    ratio: str
    goal: str
    reached: bool

    @property
    def cells(self) -> tuple[str, ...]:
        return self.yardstick, self.ours, self.reference, self.ratio, self.goal, "yes" if self.reached else "no"


def table(lines: Sequence[Line]) -> str:
    """The lines in columns."""
    rows = [HEADS, *(line.cells for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in rows)
