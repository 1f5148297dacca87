"""The one clock. Leases are the exception: they compare with the database's clock in the statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_ahead: ContextVar[timedelta] = ContextVar("ahead", default=timedelta())


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC) + _ahead.get()


@contextmanager
def own_time() -> Iterator[Callable[[datetime], None]]:
    """Gives this thread a time of its own, and what sets it: from there it runs on. For what is tried out and never
    stored, and for the past of the demo's data."""
    token = _ahead.set(timedelta())
    try:
        yield _set
    finally:
        _ahead.reset(token)


def _set(moment: datetime) -> None:
    _ahead.set(moment - datetime.now(UTC))
