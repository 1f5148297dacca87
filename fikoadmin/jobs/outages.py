"""After an outage what should have happened in it does not happen all at once (P17)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select, update

from ..clock import now
from ..extensions import transaction
from ..models import due
from ..models.base import database_time
from ..models.jobs import END_WAIT, START_SCHEDULED

log = logging.getLogger(__name__)

# What comes due by the clock alone: delays, time-outs of answers, schedules. People and programs wait for the rest.
TIMERS = (END_WAIT, START_SCHEDULED)
# As late as the worker has to be to be called late.
OVERDUE_SECONDS = 60.0
A_SECOND = 20


class Outages:
    """Notices that nothing could be handed on for a while: process, database or workers were gone."""

    def __init__(self) -> None:
        self._last_look = datetime.min.replace(tzinfo=UTC)

    def look(self) -> None:
        """Called before each look at what is due; spreads what is overdue where the last one is too long ago."""
        moment = now()
        if moment - self._last_look > timedelta(seconds=OVERDUE_SECONDS) and (count := spread()):
            log.warning("Jobs: %s overdue timers are spread over %.0f s", count, count / A_SECOND)
        self._last_look = moment


def spread() -> int:
    """Has the overdue timers come due one after another, the oldest first; how many there were."""
    place = func.row_number().over(order_by=(due.JOBS.c.due_at, due.JOBS.c.id))
    overdue = due.JOBS.c.due_at < select(database_time(-OVERDUE_SECONDS)).scalar_subquery()
    late = (
        select(due.JOBS.c.id, place.label("place"))
        .where(due.may_be_taken(), due.JOBS.c.kind.in_(TIMERS), overdue)
        .subquery()
    )
    with transaction() as session:
        moved = session.scalars(
            update(due.JOBS)
            .where(due.JOBS.c.id == late.c.id, due.may_be_taken())  # again: one may have been taken meanwhile
            .values(due_at=database_time(late.c.place * (1 / A_SECOND)), dispatched_until=None)
            .returning(due.JOBS.c.id)
        )
        return len(moved.all())
