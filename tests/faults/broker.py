"""The broker is emptied and killed while a thousand delays come due; rows alone know what there is to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fikoadmin import jobs, live
from fikoadmin.extensions import db
from fikoadmin.jobs.broker import QUEUE
from tests.conftest import NewStack, Stack
from tests.jobs.work import make_app, wait_until
from tests.jobs.workers import Fleet, all_done_once, delays, fleet, time_goes_by, unfinished

DELAYS = 1_000
# Faster than two workers do them: the broker is never empty by itself.
WITHIN_SECONDS = 1.5
SECONDS_EACH = 0.05
# So many ids are lost, at least.
WITH_THE_BROKER = 20


@contextmanager
def web_and_two_workers(new_stack: NewStack, folder: Path) -> Iterator[tuple[Stack, Fleet]]:
    """This process hands jobs on as one that serves pages does, two others do them; an app's context is pushed."""
    with new_stack("postgres") as stack:
        app = make_app(stack.environment)
        with app.app_context():
            try:
                db.create_all()
                jobs.dispatch(app)
                with fleet(stack, folder, 2, SECONDS_EACH) as workers:
                    yield stack, workers
            finally:
                jobs.stop()
                live.stop(app)
                db.session.remove()
                db.engine.dispose()


def lose(stack: Stack, total: int, hurry: bool) -> None:
    """A round with DELAYS more of `total`. Where `hurry`, the seconds are skipped after which a lost id is missed."""
    assert stack.redis
    delays(DELAYS, WITHIN_SECONDS)
    _wait_until_busy(stack)
    stack.redis.flush()
    _wait_until_busy(stack)
    stack.redis.kill()
    before = unfinished()
    wait_until(lambda: unfinished() < before - 2 * WITH_THE_BROKER)  # a worker leads now, and does them itself
    stack.redis.start()
    if hurry:
        time_goes_by()
    wait_until(lambda: not unfinished())
    all_done_once(total)


def _wait_until_busy(stack: Stack) -> None:
    assert stack.redis
    with stack.redis.client(stack.environment["FIKO_REDIS_URL"]) as redis:
        wait_until(lambda: int(redis.llen(QUEUE)) > WITH_THE_BROKER)
