"""The smallest app on which jobs run, jobs for it, and a worker process that can be killed."""

import os
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from fikoadmin import live, models
from fikoadmin.clock import now
from fikoadmin.config import Config
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs.kinds import Kind
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import DONE, Job

assert models, "importing it makes every table known"

PATIENCE = 45.0


def make_app(environment: Mapping[str, str]) -> Flask:
    """An app with a database, its live pages, and nothing else."""
    app = Flask("fikoadmin")
    app.extensions["config"] = Config.from_environment({"FIKO_SECRET_KEY": "0123456789abcdef", **environment})
    app.config["SQLALCHEMY_DATABASE_URI"] = app.extensions["config"].database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 20}
    db.init_app(app)
    live.init_app(app)
    return app


def queue(kind: str = "test", subject: object = "1", count: int = 1) -> list[int]:
    """The ids of new jobs that have just become due."""
    with transaction() as session:
        rows = [Job(kind=kind, subject=str(subject), due_at=now()) for _ in range(count)]
        session.add_all(rows)
        session.flush()
        ids = [row.id for row in rows]
    time.sleep(0.002)  # SQLite's clock ticks in milliseconds
    return ids


def row(job_id: int) -> Job:
    """The job as the database has it now."""
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.id == job_id)).one()


def wait_until(look: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


class Diary:
    """A kind of job that writes a line into a file for each run, in one write, and leaves a row in the database."""

    def __init__(self, path: Path, seconds: float = 0.0) -> None:
        self.path = path
        self.seconds = seconds

    def __call__(self, held: Held) -> None:
        self.note(f"begin {held.job.id} {held.job.attempts} {os.getpid()}")
        time.sleep(self.seconds)
        with transaction() as session:
            session.add(Job(kind="effect", subject=str(held.job.id), state=DONE))
            held.finish()
        self.note(f"end {held.job.id} {held.job.attempts} {os.getpid()}")

    def note(self, line: str) -> None:
        with self.path.open("a") as file:
            file.write(line + "\n")

    def lines(self, word: str) -> list[str]:
        written = self.path.read_text().splitlines() if self.path.exists() else []
        return [line for line in written if line.startswith(word)]


def kinds(run: Callable[[Held], None], **options: object) -> dict[str, Kind]:
    return {"test": Kind(run, **options)}  # type: ignore[arg-type]
