"""Redirects over time as a picture: up to people, down to the AI, so that no colour has to tell them apart.

Lengths are in the picture's own units; words and numbers stand around it, so that they do not shrink with it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ..clock import now
from ..models.tallies import QUARTER_SECONDS, TO_AI, TO_PEOPLE
from .language import get_timezone, page_direction

WIDTH = 960
HALF = 100
GAP = 0.28
"""The part of a slot that is left free."""
LEAST = 2.0
"""One redirect is seen beside a thousand."""

HOURS = 24
DAYS = 7
PERIODS = ("day", "week")


@dataclass(frozen=True)
class Bar:
    """One slot of time; `x` and `width` across, `up` and `down` the two lengths."""

    starts: datetime
    to_people: int
    to_ai: int
    x: float
    width: float
    up: float
    down: float


@dataclass(frozen=True)
class Chart:
    """Bars, oldest first, and the number that a full length stands for."""

    bars: list[Bar]
    most: int

    @property
    def to_people(self) -> int:
        return sum(bar.to_people for bar in self.bars)

    @property
    def to_ai(self) -> int:
        return sum(bar.to_ai for bar in self.bars)


def starts_of(period: str) -> list[datetime]:
    """When each slot begins in the reader's time: 24 hours, or 7 days, the last of them being now."""
    local = now().astimezone(get_timezone())
    if period == "week":
        days = [local.date() - timedelta(days=age) for age in reversed(range(DAYS))]
        return [datetime.combine(day, time(), get_timezone()) for day in days]
    hour = local.replace(minute=0, second=0, microsecond=0)
    # In UTC, where the hours of a day on which the clock is changed are hours as well.
    return [hour.astimezone(now().tzinfo) - timedelta(hours=age) for age in reversed(range(HOURS))]


def draw(starts: Sequence[datetime], happened: dict[tuple[str, int], int]) -> Chart:
    """The picture of what happened (see `tallies.happened`), for slots that begin at `starts`."""
    people, ai = (_per_slot(starts, happened, name) for name in (TO_PEOPLE, TO_AI))
    most = max([*people, *ai, 1])
    slot = WIDTH / len(starts)
    is_mirrored = page_direction() == "rtl"
    bars = []
    for place, (begin, up, down) in enumerate(zip(starts, people, ai, strict=True)):
        column = len(starts) - 1 - place if is_mirrored else place
        x, width = slot * (column + GAP / 2), slot * (1 - GAP)
        bars.append(Bar(begin, up, down, round(x, 1), round(width, 1), _length(up, most), _length(down, most)))
    return Chart(bars, most)


def _per_slot(starts: Sequence[datetime], happened: dict[tuple[str, int], int], wanted: str) -> list[int]:
    begins = [start.timestamp() for start in starts]
    counts = [0] * len(starts)
    for (name, quarter), amount in happened.items():
        place = bisect_right(begins, quarter * QUARTER_SECONDS) - 1
        if name == wanted and place >= 0:
            counts[place] += amount
    return counts


def _length(count: int, most: int) -> float:
    return round(max(HALF * count / most, LEAST), 1) if count else 0.0
