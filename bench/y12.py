"""Y12: the dispatcher's look with 100 and with 100,000 jobs that wait for their time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, insert, text

from bench.rounds import in_turn, per_second
from bench.table import Line
from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models import due
from fikoadmin.models.jobs import END_WAIT, Job

GOAL = 1.5
FEW, MANY = 100, 100_000
LOOKS = 200
ROUNDS = 5
AT_ONCE = 10_000


def measure() -> Line:
    few, many = _cost(FEW), _cost(MANY)
    with transaction() as session:
        session.execute(delete(Job))
    ratio = many / few
    return Line(
        f"Y12 the dispatcher's look, {MANY:,} waiting, against {FEW}",
        f"{many:.2f} x SELECT 1", f"{few:.2f} x SELECT 1",
        f"{ratio:.2f}", f"at most {GOAL:g}", ratio <= GOAL,
    )  # fmt: skip


def _cost(count: int) -> float:
    """Of a look, in statements that ask nothing: what else the machine does falls on both."""
    _have_waiting(count)
    assert (due.depth(), (due.seconds_to_next() or 0) > 0) == (0, True)
    return in_turn(lambda _n: per_second(nothing, LOOKS), lambda _n: per_second(_look, LOOKS), ROUNDS).ratio


def _look() -> None:
    """What the dispatcher asks when nothing is due."""
    assert not db.session.scalars(due.oldest(24)).all()
    due.seconds_to_next()
    db.session.rollback()


def nothing() -> None:
    db.session.execute(text("SELECT 1"))
    db.session.rollback()


def _have_waiting(count: int) -> None:
    soon = now() + timedelta(hours=1)
    with transaction() as session:
        session.execute(delete(Job))
        for start in range(0, count, AT_ONCE):
            rows = [
                {"kind": END_WAIT, "subject": str(n), "key": f"wait:{n}", "due_at": soon + timedelta(seconds=n)}
                for n in range(start, min(start + AT_ONCE, count))
            ]
            session.execute(insert(Job), rows)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE jobs"))
