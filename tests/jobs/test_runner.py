"""What becomes of a job: done, tried again later, given up; and done once, whoever dies or races."""

import random
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from sqlalchemy import func, select, update
from sqlalchemy.exc import OperationalError

from fikoadmin.clock import now
from fikoadmin.errors import Retry
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs.runner import INTERRUPTIONS, Runner
from fikoadmin.models import held as held_module
from fikoadmin.models.held import Held, HeldJob
from fikoadmin.models.jobs import AVAILABLE, DISCARDED, DONE, Job
from tests.jobs.work import Diary, kinds, queue, row


def unavailable(_held: Held) -> None:
    raise Retry("the other side is busy")


def due_again(job_id: int) -> float:
    """Seconds until the job is due again; makes it due now."""
    gap = (row(job_id).due_at - now()).total_seconds()
    with transaction() as session:
        session.execute(update(Job).values(due_at=now() - timedelta(seconds=1)))
    return gap


def test_what_a_handler_does_lands_with_the_end_of_its_job(app: Flask) -> None:
    def run(held: Held) -> None:
        with transaction() as session:
            session.add(Job(kind="effect", subject=held.job.subject))
            held.finish()

    [job_id] = queue()
    Runner(app, kinds(run)).execute(job_id)
    assert (row(job_id).state, row(job_id).lease_token) == (DONE, None)
    assert db.session.scalar(select(Job.subject).where(Job.kind == "effect")) == "1"


def test_a_handler_that_returns_has_done_its_job(app: Flask) -> None:
    [job_id] = queue()
    Runner(app, kinds(lambda held: None)).execute(job_id)
    assert row(job_id).state == DONE


def test_a_failing_job_waits_longer_each_time_and_is_given_up(app: Flask) -> None:
    [job_id] = queue()
    given_up: list[tuple[HeldJob, str]] = []
    runner = Runner(app, kinds(unavailable, max_attempts=4, on_discard=lambda *what: given_up.append(what)))
    gaps = []
    for _ in range(4):
        runner.execute(job_id)
        gaps.append(due_again(job_id))
    assert 0 < gaps[0] < 2 < gaps[1] < 6 < gaps[2] < 20
    assert (row(job_id).state, row(job_id).reason) == (DISCARDED, "the other side is busy")
    assert [(job.id, reason) for job, reason in given_up] == [(job_id, "the other side is busy")]


def test_the_time_that_the_other_side_names_is_kept(app: Flask) -> None:
    def run(_held: Held) -> None:
        raise Retry("too many requests", after=100)

    [job_id] = queue()
    Runner(app, kinds(run)).execute(job_id)
    assert 90 < due_again(job_id) < 101


def test_an_unexpected_error_is_tried_again_and_its_words_stay_out_of_the_row(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    def run(_held: Held) -> None:
        raise ValueError("what the customer wrote")

    [job_id] = queue()
    Runner(app, kinds(run)).execute(job_id)
    assert (row(job_id).state, row(job_id).reason) == (AVAILABLE, "unexpected error: ValueError")
    assert caplog.records[0].exc_info


def test_giving_up_and_what_follows_from_it_are_one_transaction(app: Flask) -> None:
    def on_discard(_job: HeldJob, _reason: str) -> None:
        raise OperationalError("what follows", None, Exception())

    [job_id] = queue()
    Runner(app, kinds(unavailable, max_attempts=1, on_discard=on_discard)).execute(job_id)
    assert row(job_id).state == AVAILABLE


def test_a_job_that_takes_its_worker_down_again_and_again_is_given_up(app: Flask) -> None:
    [job_id] = queue()
    with transaction() as session:
        session.execute(update(Job).values(attempts=6 + INTERRUPTIONS))
    Runner(app, kinds(lambda held: pytest.fail("it must not run"))).execute(job_id)
    assert row(job_id).state == DISCARDED


def test_p30_a_job_of_a_newer_release_waits_for_it(app: Flask) -> None:
    [job_id] = queue(kind="from the future")
    Runner(app, kinds(unavailable)).execute(job_id)
    assert row(job_id).state == AVAILABLE
    assert due_again(job_id) > 30


def test_p4_a_database_that_fails_leaves_the_job_to_be_done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OperationalError("gone", None, Exception())

    [job_id] = queue()
    monkeypatch.setattr(Held, "_change", fail)
    Runner(app, kinds(lambda held: None)).execute(job_id)
    assert (row(job_id).state, row(job_id).attempts) == (AVAILABLE, 1)


def test_a_job_under_way_when_the_process_ends_is_at_once_for_others(app: Flask) -> None:
    def run(held: Held) -> None:
        runner.stop()
        assert held.lost()

    runner = Runner(app, kinds(run))
    [job_id] = queue()
    runner.execute(job_id)
    assert (row(job_id).state, row(job_id).attempts, row(job_id).lease_token) == (AVAILABLE, 0, None)


def test_a_lease_that_is_lost_is_counted(app: Flask) -> None:
    def run(held: Held) -> None:
        with transaction() as session:
            session.execute(update(Job).values(lease_token="another's"))
        held.finish()

    before = REGISTRY.get_sample_value("fiko_job_lease_losses_total") or 0
    Runner(app, kinds(run)).execute(queue()[0])
    assert REGISTRY.get_sample_value("fiko_job_lease_losses_total") == before + 1


def race(app: Flask, tmp_path: Path, times: int) -> list[int]:
    """How often each of that many jobs was run, with two runners at each one."""
    diary = Diary(tmp_path / "diary")
    ids = queue(count=times)
    barrier = threading.Barrier(2)

    def run(held: Held) -> None:
        diary(held)
        time.sleep(random.uniform(0, 0.002))

    def take_all(runner: Runner) -> None:
        for job_id in ids:
            barrier.wait(30)
            time.sleep(random.uniform(0, 0.001))
            runner.execute(job_id)

    threads = [threading.Thread(target=take_all, args=(Runner(app, kinds(run)),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [len(diary.lines(f"begin {job_id} ")) for job_id in ids]


def test_p12_two_runners_race_and_each_job_is_done_once(app: Flask, tmp_path: Path) -> None:
    assert race(app, tmp_path, times=200) == [1] * 200
    assert db.session.scalar(select(func.count()).where(Job.kind == "test", Job.state == DONE)) == 200


def test_p12_the_race_shows_when_the_guard_is_taken_out(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test above can fail."""
    monkeypatch.setattr(held_module, "_TAKE", held_module._take_where(Job.state == AVAILABLE))
    assert max(race(app, tmp_path, times=60)) > 1
