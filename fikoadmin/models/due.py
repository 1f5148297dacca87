"""Which jobs may be worked on now: the conditions, on the database's clock, and questions asked with them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import ColumnElement, ScalarSelect, Select, Table, and_, func, literal_column, or_, select

from ..extensions import db
from .base import database_time
from .jobs import AVAILABLE, Job

# A job under way is renewed each RENEWAL_SECONDS. After a kill -9 it is back LEASE_SECONDS later, which has
# to leave room for the dispatcher's look within the 30 s after which nothing may be stuck (P18).
LEASE_SECONDS = 20.0
RENEWAL_SECONDS = 5.0
# What was handed to a worker and not begun by then is handed out again.
DISPATCH_SECONDS = 15.0
# Work that nobody has taken up for so long says that no worker runs, or that there are too few.
LATE_SECONDS = 60.0

# Between the tries of something that may succeed later, in seconds.
PAUSES = (1.0, 4.0, 15.0, 60.0, 240.0, 900.0)

# The table, not the model, and each built once: these statements run for every job and look, and the ORM's way or
# building them anew would take longer than the rest.
JOBS = cast(Table, Job.__table__)

# Written out, not bound: SQLite uses the partial index ix_jobs_due only where it can see the state.
_IS_AVAILABLE: ColumnElement[bool] = JOBS.c.state == literal_column(f"'{AVAILABLE}'")


def pause_after(attempts: int, pauses: Sequence[float] = PAUSES) -> float:
    """Seconds until the next try after that many; never the same for two, so that they do not fall in step."""
    return random.uniform(1, 1.25) * pauses[min(attempts, len(pauses)) - 1]


def clock() -> ScalarSelect[datetime]:
    """The database's clock, read once for the statement: read anew for each row it could not use an index."""
    return select(database_time(0)).scalar_subquery()


def _is_over(until: ColumnElement[datetime | None], longest: float) -> ColumnElement[bool]:
    # What lies further ahead than it can have been set was written before the clock was turned back.
    farthest = select(database_time(2 * longest)).scalar_subquery()
    return or_(until.is_(None), until <= clock(), until > farthest)


@cache
def may_be_taken() -> ColumnElement[bool]:
    """True for a job that is due and under nobody's live lease."""
    return and_(_IS_AVAILABLE, JOBS.c.due_at <= clock(), _is_over(JOBS.c.lease_until, LEASE_SECONDS))


@cache
def may_be_dispatched() -> ColumnElement[bool]:
    """True for a job that may be taken and is not on its way to a worker already."""
    return and_(may_be_taken(), _is_over(JOBS.c.dispatched_until, DISPATCH_SECONDS))


@cache
def oldest(limit: int) -> Select[int]:
    """The ids of at most `limit` jobs to dispatch, the longest due first."""
    return select(JOBS.c.id).where(may_be_dispatched()).order_by(JOBS.c.due_at, JOBS.c.id).limit(limit)


def next_due() -> Select[datetime]:
    """When the first of the jobs that are not due yet will be."""
    return select(func.min(JOBS.c.due_at)).where(_IS_AVAILABLE, JOBS.c.due_at > clock())


def seconds_to_next() -> float | None:
    """In how many seconds the next job that is not due yet will be; None where there is none."""
    return _seconds_between(_to_next())


def oldest_due_seconds() -> float:
    """For how many seconds the oldest job that nobody works on has been due; 0 where there is none."""
    earliest = select(func.min(JOBS.c.due_at)).where(may_be_taken()).scalar_subquery()
    return _seconds_between(select(earliest, clock())) or 0.0


@cache
def _to_next() -> Select[datetime, datetime]:
    return select(clock(), next_due().scalar_subquery())


def _seconds_between(moments: Select[datetime, datetime]) -> float | None:
    first, last = db.session.execute(moments).one()
    return (last - first).total_seconds() if first and last else None


def depth() -> int:
    """How many jobs are due and under nobody's lease."""
    return db.session.scalar(select(func.count()).select_from(JOBS).where(may_be_taken())) or 0
