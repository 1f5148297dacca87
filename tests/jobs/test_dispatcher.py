"""What is due is handed on: the oldest first, by one process, at the cost of what is due alone."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, text, update

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs import lease
from fikoadmin.jobs.dispatcher import LOOK_SECONDS, Dispatcher
from fikoadmin.jobs.periodic import Chores
from fikoadmin.models import due
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import DISPATCHER, Job
from tests.jobs.work import queue, row, wait_until


class Kept:
    """A backend that only remembers what it was handed."""

    def __init__(self, room: int = 10) -> None:
        self.ids: list[int] = []
        self.places = room

    def __call__(self, _on_room: Callable[[], None]) -> "Kept":
        return self

    def works(self) -> bool:
        return True

    def room(self) -> int:
        return self.places - len(self.ids)

    def submit(self, job_ids: Sequence[int]) -> None:
        self.ids.extend(job_ids)

    def stop(self) -> list[int]:
        return self.ids


class Away(Kept):
    """One that can hand nothing on."""

    def works(self) -> bool:
        return False


def dispatcher(app: Flask, room: int = 10) -> tuple[Dispatcher, list[int]]:
    kept = Kept(room)
    return Dispatcher(app, kept, Chores([])), kept.ids


def test_what_is_due_is_handed_on_once_and_the_oldest_first(app: Flask) -> None:
    ids = queue(count=3)
    with transaction() as session:
        session.execute(update(Job).where(Job.id == ids[2]).values(due_at=now() - timedelta(hours=1)))
    one, handed = dispatcher(app)
    for _ in range(3):
        one.look()
    assert handed == [ids[2], ids[0], ids[1]]


def test_no_more_is_handed_on_than_the_backend_has_room_for(app: Flask) -> None:
    ids = queue(count=5)
    one, handed = dispatcher(app, room=2)
    for _ in range(3):
        one.look()
    assert handed == ids[:2]


def test_what_is_not_due_taken_or_ended_is_left(app: Flask) -> None:
    later, taken, ended, due_now = queue(count=4)
    with transaction() as session:
        session.execute(update(Job).where(Job.id == later).values(due_at=now() + timedelta(seconds=60)))
        session.execute(update(Job).where(Job.id == ended).values(state="done"))
    assert Held.take(taken)
    one, handed = dispatcher(app)
    one.look()
    assert handed == [due_now]


def test_p18_what_was_handed_on_and_not_begun_is_handed_on_again(app: Flask) -> None:
    [job_id] = queue()
    one, handed = dispatcher(app)
    one.look()
    with transaction() as session:
        session.execute(update(Job).values(dispatched_until=now() - timedelta(seconds=1)))
    one.look()
    assert handed == [job_id, job_id]


def test_two_dispatchers_one_leader(app: Flask) -> None:
    queue()
    (first, of_first), (second, of_second) = dispatcher(app), dispatcher(app)
    first.look()
    second.look()
    assert (first.leads, second.leads) == (True, False)
    assert (len(of_first), len(of_second)) == (1, 0)


def test_a_dispatcher_that_can_hand_nothing_on_leaves_the_role_to_others(app: Flask) -> None:
    one, (other, _handed) = Dispatcher(app, Away(), Chores([])), dispatcher(app)
    for each in (one, other):
        each.look()
    assert (one.leads, other.leads) == (False, True)


def test_a_dispatcher_that_stops_leaves_its_role_and_what_was_not_begun(app: Flask) -> None:
    [job_id] = queue()
    one, handed = dispatcher(app)
    one.start()
    wait_until(lambda: handed)
    one.stop()
    assert lease.take(DISPATCHER, "another", 10)
    assert row(job_id).dispatched_until is None


def test_it_looks_again_just_when_the_next_is_due(app: Flask) -> None:
    [job_id] = queue()
    with transaction() as session:
        session.execute(update(Job).values(due_at=now() + timedelta(milliseconds=200)))
    one, handed = dispatcher(app)
    assert 0 < one.look() < LOOK_SECONDS
    one.start()
    wait_until(lambda: handed == [job_id])
    one.stop()


def test_a_commit_wakes_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look again only after an hour."""
    monkeypatch.setattr("fikoadmin.jobs.dispatcher.LOOK_SECONDS", 3600)
    one, handed = dispatcher(app)
    one.start()
    wait_until(lambda: one.leads)
    with transaction():
        Job.queue("test", 1)
    wait_until(lambda: handed)
    one.stop()


@pytest.mark.parametrize("statement", ["candidates", "next"])
def test_y12_a_look_uses_the_index_of_due_jobs(app: Flask, statement: str) -> None:
    """What waits for a later time is not read: the index is searched by due time, on both databases."""
    later = now() + timedelta(days=1)
    with transaction() as session:
        rows = [{"kind": "test", "subject": "1", "due_at": later} for _ in range(5000)]
        session.execute(insert(Job), rows)
    db.session.execute(text("ANALYZE"))
    query = due.oldest(20) if statement == "candidates" else due.next_due()
    compiled = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if db.engine.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN"
    plan = str(db.session.execute(text(f"{explain} {compiled}".replace(":", r"\:"))).all())
    assert "ix_jobs_due" in plan
    assert "Index Cond" in plan or "ix_jobs_due (due_at" in plan
