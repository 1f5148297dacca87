"""P16, P18: worker processes share the jobs, and any of them may go at any moment.

On SQLite the one that leads does them in its threads; on PostgreSQL with Redis Celery carries their ids to all.
"""

from pathlib import Path

import pytest
from flask import Flask

from fikoadmin import jobs
from fikoadmin.jobs.broker import QUEUE
from tests.conftest import Stack
from tests.jobs.work import queue, row, wait_until
from tests.jobs.workers import all_done_once, fleet, time_goes_by, unfinished
from tests.services import free_port

pytestmark = pytest.mark.usefixtures("app")

with_celery = pytest.mark.parametrize("stack", ["postgres"], indirect=True)


def test_p18_two_workers_share_the_load_and_one_that_is_killed_loses_no_job(stack: Stack, tmp_path: Path) -> None:
    ids, sharing = queue(count=60), 2 if stack.redis else 1
    with fleet(stack, tmp_path, 2, seconds=0.2) as workers:

        def share() -> bool:
            if unfinished() < 30:  # the first could do it all before the second has begun
                ids.extend(queue(count=30))
            return len(workers.shares()) == sharing and workers.shares().total() > 12

        wait_until(share)
        workers.kill_busiest()
        time_goes_by()  # also for the one that lives: what it does at this moment is taken from it
        wait_until(lambda: not unfinished())
    all_done_once(len(ids))


def test_p18_a_worker_that_is_told_to_end_leaves_the_rest_to_the_next(stack: Stack, tmp_path: Path) -> None:
    """What it had not begun is free again, or with the broker; what it had begun is done."""
    ids = queue(count=30)
    with fleet(stack, tmp_path, 1, seconds=0.3) as workers:
        wait_until(lambda: workers.diary.lines("end"))
    assert unfinished()
    assert [row(job_id).lease_token for job_id in ids] == [None] * len(ids)
    time_goes_by()  # an id that was just being fetched
    with fleet(stack, tmp_path, 1):
        wait_until(lambda: not unfinished())
    all_done_once(len(ids))


@with_celery
def test_without_its_broker_a_worker_does_the_jobs_itself(stack: Stack, tmp_path: Path) -> None:
    stack.environment["FIKO_REDIS_URL"] = f"redis://127.0.0.1:{free_port()}/0"
    ids = queue(count=5)
    with fleet(stack, tmp_path, 1):
        wait_until(lambda: not unfinished())
    all_done_once(len(ids))


@with_celery
def test_a_process_that_serves_pages_sends_jobs_to_the_workers(app: Flask, stack: Stack) -> None:
    assert stack.redis
    with stack.redis.client(stack.environment["FIKO_REDIS_URL"]) as redis:
        ids = queue(count=3)
        jobs.dispatch(app)
        wait_until(lambda: redis.llen(QUEUE) == len(ids))
        jobs.stop()
    assert unfinished() == len(ids)


@pytest.mark.parametrize("stack", ["sqlite"], indirect=True)
def test_where_there_is_no_broker_a_process_that_serves_pages_does_the_jobs(app: Flask) -> None:
    ids = queue(kind="unknown to this release", count=3)
    jobs.dispatch(app)
    wait_until(lambda: all(row(job_id).reason for job_id in ids))
    jobs.stop()
