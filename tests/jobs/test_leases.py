"""One process at a time has a role, and one runner at a time has a job."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from fikoadmin.clock import now
from fikoadmin.errors import LeaseLost
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs import lease
from fikoadmin.jobs.keeper import Keeper
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import DONE, Job, Lease
from tests.jobs.work import queue, row

pytestmark = pytest.mark.usefixtures("app")


def until(moment: timedelta) -> None:
    with transaction() as session:
        session.execute(update(Lease).values(until=now() + moment))
        session.execute(update(Job).values(lease_until=now() + moment))


def held(job_id: int) -> Held:
    taken = Held.take(job_id)
    assert taken is not None
    return taken


def test_a_role_has_one_holder_at_a_time() -> None:
    assert lease.take("dispatcher", "first", 10)
    assert not lease.take("dispatcher", "second", 10)
    assert lease.take("dispatcher", "first", 10)
    assert lease.take("other", "second", 10)


def test_a_role_is_free_once_it_has_run_out_or_is_given_up() -> None:
    lease.take("dispatcher", "first", 10)
    until(timedelta(seconds=-1))
    assert lease.take("dispatcher", "second", 10)
    lease.release("dispatcher", "first")
    assert not lease.take("dispatcher", "third", 10)
    lease.release("dispatcher", "second")
    assert lease.take("dispatcher", "third", 10)


def test_f10_a_role_from_before_the_clock_was_turned_back_is_free() -> None:
    lease.take("dispatcher", "first", 10)
    until(timedelta(hours=2))
    assert lease.take("dispatcher", "second", 10)


def test_f10_a_job_from_before_the_clock_was_turned_back_is_taken_again() -> None:
    [job_id] = queue()
    held(job_id)
    until(timedelta(hours=2))
    assert held(job_id).job.attempts == 2


def test_a_job_is_taken_once() -> None:
    [job_id] = queue()
    taken = held(job_id)
    assert (taken.job.kind, taken.job.subject, taken.job.attempts) == ("test", "1", 1)
    assert Held.take(job_id) is None


def finish_with_effect(job: Held) -> None:
    with transaction() as session:
        session.add(Job(kind="effect", subject="of the first"))
        job.finish()


def test_p18_an_expired_job_is_taken_again_and_its_first_holder_cannot_finish() -> None:
    [job_id] = queue()
    first = held(job_id)
    until(timedelta(seconds=-1))
    second = held(job_id)
    with pytest.raises(LeaseLost):
        finish_with_effect(first)
    assert db.session.query(Job).filter_by(kind="effect").count() == 0
    second.finish()
    assert (row(job_id).state, row(job_id).attempts) == (DONE, 2)


def test_an_expired_lease_that_nobody_took_still_finishes() -> None:
    [job_id] = queue()
    first = held(job_id)
    until(timedelta(seconds=-1))
    first.finish()
    assert row(job_id).state == DONE


@pytest.mark.parametrize("renew", [True, False])
def test_a_job_that_is_armed_anew_is_lost_to_its_runner(app: Flask, renew: bool) -> None:
    with transaction():
        Job.requeue("test", "1", key="one", epoch=1)
    [job_id] = db.session.scalars(db.select(Job.id))
    first, [other] = held(job_id), queue()
    second = held(other)
    with transaction():
        Job.requeue("test", "1", key="one", epoch=2)
    Keeper(app).look({first.token: first, second.token: second}, renew)
    assert (first.lost(), second.lost()) == (True, False)
    with pytest.raises(LeaseLost):
        first.finish()


def test_a_lease_is_renewed_on_the_database_clock(app: Flask) -> None:
    [job_id] = queue()
    taken = held(job_id)
    until(timedelta(seconds=1))
    Keeper(app).look({taken.token: taken}, renew=True)
    lease_until = row(job_id).lease_until
    assert lease_until is not None
    assert lease_until > now() + timedelta(seconds=10)
