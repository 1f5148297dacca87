"""What the leader does beside dispatching."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs import periodic
from fikoadmin.jobs.periodic import Chores
from fikoadmin.models.jobs import AVAILABLE, CANCELLED, DISCARDED, DONE, Job
from tests.jobs.work import queue, wait_until


def ended(state: str, days: int) -> int:
    [job_id] = queue()
    moment = now() - timedelta(days=days)
    with transaction() as session:
        values = {"state": state, "created_at": moment, "finished_at": None if state == AVAILABLE else moment}
        session.execute(update(Job).where(Job.id == job_id).values(**values))
    return job_id


@pytest.mark.usefixtures("app")
def test_old_ended_jobs_go_and_the_others_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periodic, "BATCH", 2)
    monkeypatch.setattr(periodic, "BATCH_PAUSE_SECONDS", 0)
    kept = [ended(DISCARDED, 30), ended(AVAILABLE, 30)]
    for state in (DONE, CANCELLED, DONE, DONE):
        ended(state, 8)
    kept += [ended(DONE, 6), ended(CANCELLED, 1)]
    periodic.prune(threading.Event())
    assert list(db.session.scalars(select(Job.id).order_by(Job.id))) == kept


def test_chores_run_while_their_process_leads() -> None:
    begun, over = threading.Event(), threading.Event()

    def chore(stop: threading.Event) -> None:
        begun.set()
        stop.wait()
        over.set()

    chores = Chores([chore])
    chores.start()
    wait_until(begun.is_set)
    assert not over.is_set()
    chores.stop()
    wait_until(over.is_set)
