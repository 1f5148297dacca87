"""P17: what an outage made late does not happen all at once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs import outages
from fikoadmin.jobs.outages import OVERDUE_SECONDS, Outages, spread
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import ANSWER_CUSTOMER, END_WAIT, START_SCHEDULED, Job

pytestmark = pytest.mark.usefixtures("app")


def overdue(kind: str = END_WAIT, seconds: float = 3600) -> Job:
    """A job that should have been done so long ago."""
    with transaction() as session:
        job = Job(kind=kind, subject="1", due_at=now() - timedelta(seconds=seconds))
        session.add(job)
    return job


def dues() -> list[datetime]:
    """When each job is due, in the order in which they were made."""
    db.session.rollback()
    return list(db.session.scalars(select(Job.due_at).order_by(Job.id)))


def test_p17_overdue_timers_come_due_one_after_another_the_oldest_first() -> None:
    for seconds in (100, 300, 200):
        overdue(seconds=seconds)
    overdue(START_SCHEDULED, seconds=400)
    began = now()
    assert spread() == 4
    third, second, mid, first = dues()
    assert began - timedelta(seconds=1) < first < second < mid < third
    assert third - first > timedelta(seconds=0.1)


def test_what_is_hardly_late_or_somebody_waits_for_stays_due() -> None:
    jobs = [overdue(seconds=OVERDUE_SECONDS - 10), overdue(ANSWER_CUSTOMER), overdue()]
    assert Held.take(jobs[2].id)
    before = dues()
    assert spread() == 0
    assert dues() == before


def test_p17_it_happens_after_an_outage_and_not_while_all_is_well() -> None:
    seen = Outages()
    overdue()
    seen.look()  # the process has just begun
    assert dues()[0] > now() - timedelta(seconds=5)
    overdue()
    seen.look()
    assert dues()[1] < now() - timedelta(seconds=OVERDUE_SECONDS)


def test_p17_an_outage_that_the_process_lived_through_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database was away, or all workers were: nothing could be handed on for that long."""
    seen = Outages()
    seen.look()
    overdue()
    moment: Callable[[], datetime] = now
    monkeypatch.setattr(outages, "now", lambda: moment() + timedelta(seconds=OVERDUE_SECONDS + 1))
    seen.look()
    assert dues()[0] > now() - timedelta(seconds=5)


def test_p17_they_come_due_20_a_second() -> None:
    with transaction() as session:
        session.add_all([Job(kind=END_WAIT, subject=str(n), due_at=now() - timedelta(hours=1)) for n in range(500)])
    assert spread() == 500
    assert dues() == sorted(dues())
    assert max(dues()) - min(dues()) > timedelta(seconds=24.9)
