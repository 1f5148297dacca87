"""When scheduled When nodes come due: the occurrences of their rules as instants in UTC. Nothing here reads a clock.

Each occurrence is counted from the rule's first day, never from the one before, so that the 31st which became a
30th is the 31st again a month later. A local time that a change of clocks leaves out is read in the offset before
the change (02:30 comes at 03:30), one that comes twice is its first: as calendars do it (RFC 5545, 3.3.5).
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from .graph import Graph, Node

ONCE = "once"
INSTANT = timedelta(microseconds=1)


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


# The n-th day counted from the first, and about how many have come by a given day.
Step: TypeAlias = Callable[[date, int], date]
Count: TypeAlias = Callable[[date, date], int]

_STEPS: Mapping[str, tuple[Step, Count]] = {
    "daily": (lambda first, n: first + timedelta(days=n), lambda first, day: (day - first).days),
    "weekly": (lambda first, n: first + timedelta(weeks=n), lambda first, day: (day - first).days // 7),
    "monthly": (_months_later, lambda first, day: (day.year - first.year) * 12 + day.month - first.month),
    "yearly": (lambda first, n: _months_later(first, 12 * n), lambda first, day: day.year - first.year),
}


@dataclass(frozen=True)
class Rule:
    """One When node's rule: `frequency` of kinds.SCHEDULE_FREQUENCIES, from the day `first` on, at a local time."""

    frequency: str
    first: date
    at: time
    timezone: ZoneInfo

    @classmethod
    def of(cls, node: Node, timezone: ZoneInfo, since: datetime) -> Rule | None:
        """The rule of a scheduled node; None where it is incomplete.

        Without a start date it counts from the local day of `since`; that would be no rule for `once`.
        """
        frequency, day, at = (node.get(f"schedule_{name}") for name in ("frequency", "start_date", "time"))
        if frequency not in (ONCE, *_STEPS) or not at or not (day or frequency != ONCE):
            return None
        first = _day(day, timezone) if day else since.astimezone(timezone).date()
        # The time is the installation's by definition: a zone that an imported one names is not looked at.
        return cls(frequency, first, time.fromisoformat(at).replace(microsecond=0, tzinfo=None), timezone)

    def next_after(self, after: datetime) -> datetime | None:
        """The first occurrence later than `after`; None where there is none."""
        n = max(self._count(after) - 1, 0)
        found = (self._occurrence(n + ahead) for ahead in range(4))
        return next((moment for moment in found if moment and moment > after), None)

    def last_within(self, after: datetime, until: datetime, most: int) -> list[datetime]:
        """The last occurrences later than `after` and not later than `until`, at most `most`, oldest first."""
        found: list[datetime] = []
        for n in range(self._count(until) + 1, -1, -1):
            moment = self._occurrence(n)
            if len(found) == most or moment and moment <= after:
                break
            # A zone may leave out a whole day: two local days are then one instant, and one occurrence.
            if moment and moment <= until and moment not in found[-1:]:
                found.append(moment)
        return found[::-1]

    def _count(self, moment: datetime) -> int:
        if self.frequency == ONCE:
            return 0
        return _STEPS[self.frequency][1](self.first, moment.astimezone(self.timezone).date())

    def _occurrence(self, n: int) -> datetime | None:
        if self.frequency == ONCE and n:
            return None
        try:
            day = _STEPS[self.frequency][0](self.first, n) if n else self.first
            return datetime.combine(day, self.at, self.timezone).astimezone(UTC)
        except (OverflowError, ValueError):  # past the last year that there is
            return None


def _day(text: str, timezone: ZoneInfo) -> date:
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(timezone) if moment.tzinfo else moment).date()


def next_occurrence(node: Node, after: datetime, timezone: ZoneInfo, since: datetime | None = None) -> datetime | None:
    """When a scheduled When node starts next after that moment; None where it never will, or is incomplete.

    `since` is when its workflow was first published: a rule without a start date counts from that day.
    """
    rule = Rule.of(node, timezone, since or after)
    return rule.next_after(after) if rule else None


@dataclass
class Due:
    """An instant at which rules came due: the ids of the nodes to start, and of those that a later one overtook."""

    moment: datetime
    starts: list[str] = field(default_factory=list)
    overtaken: list[str] = field(default_factory=list)


class Timetable:
    """The rules of a document's switched-on scheduled When nodes, within the workflow's start and end date."""

    def __init__(self, document: Mapping[str, Any], timezone: ZoneInfo, since: datetime) -> None:
        scheduled = [node for node in Graph(document).starts() if node["when_type"] == "scheduled"]
        rules = {node["id"]: Rule.of(node, timezone, since) for node in scheduled}
        self._rules = {node_id: rule for node_id, rule in rules.items() if rule}
        limits = document["workflow"]
        self._begin = moment_of(limits["start_date"], timezone) if limits.get("start_date") else None
        self._end = moment_of(limits["end_date"], timezone) if limits.get("end_date") else None

    def __bool__(self) -> bool:
        return bool(self._rules)

    def next_after(self, after: datetime) -> datetime | None:
        """The first moment later than `after` at which any of the rules comes due; None where there is none."""
        after = self._not_before(after)
        found = [moment for rule in self._rules.values() if (moment := rule.next_after(after))]
        return min((moment for moment in found if self._end is None or moment <= self._end), default=None)

    def within(self, after: datetime, until: datetime, most: int) -> list[Due]:
        """What came due later than `after` and not later than `until`, oldest first (P17).

        Of each rule the last occurrence alone starts its node. Instants at which all were overtaken are at most
        `most`, the last ones.
        """
        found: dict[datetime, Due] = {}
        for node_id, moment, is_last in self._occurrences(after, until, most + 1):
            due = found.setdefault(moment, Due(moment))
            (due.starts if is_last else due.overtaken).append(node_id)
        in_order = [found[moment] for moment in sorted(found)]
        traces = [due.moment for due in in_order if not due.starts]
        forgotten = set(traces[:-most])
        return [due for due in in_order if due.moment not in forgotten]

    def at(self, moment: datetime, now: datetime) -> list[str]:
        """The nodes that came due at that very moment and have not come due again by now, in document order."""
        found = self.within(moment - INSTANT, max(moment, now), 1)
        return [node_id for due in found if due.moment == moment for node_id in due.starts]

    def _occurrences(self, after: datetime, until: datetime, most: int) -> Iterator[tuple[str, datetime, bool]]:
        after = self._not_before(after)
        until = min(until, self._end) if self._end else until
        for node_id, rule in self._rules.items():
            moments = rule.last_within(after, until, most)
            yield from ((node_id, moment, moment == moments[-1]) for moment in moments)

    def _not_before(self, after: datetime) -> datetime:
        return max(after, self._begin - INSTANT) if self._begin else after


def moment_of(text: str, timezone: ZoneInfo) -> datetime:
    """A workflow's start or end date as an instant; one without an offset is the installation's local time."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=timezone)).astimezone(UTC)
