"""Worker processes on one installation, and the jobs that they share."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select, update

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models.jobs import AVAILABLE, DONE, Job
from tests.conftest import Stack
from tests.jobs.work import Diary, wait_until


class Fleet:
    """Workers that write what they do into one diary; each job takes `seconds`."""

    def __init__(self, stack: Stack, folder: Path, seconds: float = 0.0) -> None:
        self.diary = Diary(folder / "diary")
        self._environment = {**os.environ, **stack.environment}
        self._seconds = seconds
        self._workers: list[subprocess.Popen[bytes]] = []

    def add(self, count: int = 1) -> list[subprocess.Popen[bytes]]:
        """So many more, which do jobs already."""
        command = [sys.executable, "-m", "tests.jobs.worker", str(self.diary.path), str(self._seconds)]
        added = [subprocess.Popen(command, env=self._environment) for _ in range(count)]
        self._workers += added
        wait_until(lambda: all(self.diary.lines(f"ready {worker.pid}") for worker in added))
        return added

    def shares(self) -> Counter[int]:
        """How many jobs each process has begun, by its id."""
        return Counter(int(line.split()[3]) for line in self.diary.lines("begin"))

    def kill_busiest(self) -> None:
        """SIGKILL to the one that began most."""
        [(busiest, _)] = self.shares().most_common(1)
        os.kill(busiest, signal.SIGKILL)

    def close(self) -> None:
        for worker in self._workers:
            worker.terminate()
        for worker in self._workers:
            assert worker.wait(10) in (0, -9)


@contextmanager
def fleet(stack: Stack, folder: Path, count: int, seconds: float = 0.0) -> Iterator[Fleet]:
    """So many workers, until the end of the block."""
    made = Fleet(stack, folder, seconds)
    try:
        made.add(count)
        yield made
    finally:
        made.close()


def delays(count: int, within: float) -> None:
    """So many jobs that come due one after another in the next `within` seconds."""
    moments = [now() + timedelta(seconds=within * number / count) for number in range(count)]
    with transaction() as session:
        session.execute(insert(Job), [{"kind": "test", "subject": "1", "due_at": moment} for moment in moments])


def unfinished() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(Job.state == AVAILABLE)) or 0


def time_goes_by() -> None:
    """As if every lease, and the time for every id to arrive, had run out."""
    with transaction() as session:
        session.execute(update(Job).where(Job.state == AVAILABLE).values(lease_until=now(), dispatched_until=now()))


def all_done_once(count: int) -> None:
    """Every job has ended, and what it does is there once."""
    db.session.rollback()
    done = db.session.scalars(select(Job.id).where(Job.kind == "test", Job.state == DONE)).all()
    effects = Counter(db.session.scalars(select(Job.subject).where(Job.kind == "effect")).all())
    assert len(done) == count
    assert effects == Counter(map(str, done))
