"""The first page: what needs a person now, where all conversations are, what happened lately; live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ..clock import now
from ..models import attention, due, tallies
from ..models.conversations import STATUSES
from ..models.executions import CANCELLED, COMPLETED, FAILED, SKIPPED
from ..models.tallies import ENDED, Standing
from . import chart
from .access import permitted

bp = Blueprint("dashboard", __name__)

TOPICS = ("conversations", "executions")
OUTCOMES = (COMPLETED, FAILED, CANCELLED, SKIPPED)
LATELY = timedelta(days=1)


@bp.get("/")
@permitted("viewer")
def index() -> ResponseReturnValue:
    return render_template(
        "dashboard/index.html", shown=Shown(), live_url=url_for("live.stream", topic=TOPICS), topics=" ".join(TOPICS)
    )


@bp.get("/dashboard/now")
@permitted("viewer")
def present() -> ResponseReturnValue:
    """The part of the page that changes, alone."""
    return render_template("dashboard/_now.html", shown=Shown(), topics=" ".join(TOPICS))


@dataclass(frozen=True)
class Ended:
    """Executions that ended in the period, by how; `error_rate` is the failed share of those that ran, 0 to 100."""

    counts: dict[str, int]

    @property
    def all(self) -> int:
        return sum(self.counts.values())

    @property
    def ran(self) -> int:
        return self.all - self.counts[SKIPPED]

    @property
    def error_rate(self) -> float | int:
        rate = round(100 * self.counts[FAILED] / self.ran, 1) if self.ran else 0
        return int(rate) if rate == int(rate) else rate


class Shown:
    """What the page shows, read once; `period` is what the address asks for, `day` where it asks for nothing known."""

    many = attention.MANY

    def __init__(self) -> None:
        wanted = request.args.get("period")
        self.period = wanted if wanted in chart.PERIODS else chart.PERIODS[0]
        starts = chart.starts_of(self.period)
        happened = tallies.happened(starts[0])
        self.chart = chart.draw(starts, happened)
        self.ended = _ended(happened)
        self.for_people = attention.waiting_for_people()
        self.by_ai = attention.unanswered_by_ai()
        self.failed, self.failed_count = attention.failed_executions(now() - LATELY)
        self.open = attention.open_executions()
        self.work_waits = timedelta(seconds=due.oldest_due_seconds())
        self._standings = tallies.standings()

    @cached_property
    def standings(self) -> list[Standing]:
        """One for each status, 0 where there is none, then those with the flag off in `active`, and unknown ones."""
        known = {(each.status, each.ai_enabled): each for each in self._standings}
        fixed = [(status, status == STATUSES[0]) for status in STATUSES]
        rest = [each for key, each in known.items() if key not in fixed]
        return [known.get(key, Standing(*key, 0)) for key in fixed] + rest

    @property
    def is_worker_late(self) -> bool:
        return self.work_waits.total_seconds() > due.LATE_SECONDS

    @property
    def conversations(self) -> int:
        return sum(each.count for each in self._standings)

    @property
    def with_ai_on(self) -> int:
        return sum(each.count for each in self._standings if each.ai_enabled)

    @property
    def is_quiet(self) -> bool:
        """Nothing needs anybody."""
        return not (self.for_people.count or self.by_ai.count or self.failed_count)


def _ended(happened: dict[tuple[str, int], int]) -> Ended:
    counts = dict.fromkeys(OUTCOMES, 0)
    for (name, _quarter), amount in happened.items():
        if name.startswith(ENDED):
            status = name.removeprefix(ENDED)
            counts[status] = counts.get(status, 0) + amount
    return Ended(counts)
