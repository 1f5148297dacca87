"""Renews the leases of all jobs that this process works on: one thread, one statement."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import ColumnElement, select, update
from sqlalchemy.exc import SQLAlchemyError

from ..extensions import db, transaction
from ..models.base import database_time
from ..models.due import LEASE_SECONDS, RENEWAL_SECONDS
from ..models.held import Held
from ..models.jobs import Job

log = logging.getLogger(__name__)

# How long a handler that asks may not know that its job is somebody else's. A job shorter than this costs nothing.
LOOK_SECONDS = 1.0
LOOKS_PER_RENEWAL = int(RENEWAL_SECONDS / LOOK_SECONDS)


class Keeper:
    def __init__(self, app: Flask) -> None:
        self._app = app
        self._held: dict[str, Held] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @contextmanager
    def keeping(self, held: Held) -> Iterator[None]:
        """Renews that lease for the length of the block."""
        with self._lock:
            self._held[held.token] = held
            if self._thread is None:  # begun with the first job, so that it belongs to the process that works
                self._thread = threading.Thread(target=self._keep, name="job-leases", daemon=True)
                self._thread.start()
        try:
            yield
        finally:
            with self._lock:
                del self._held[held.token]

    def stop(self) -> None:
        self._stop.set()

    def _keep(self) -> None:
        looks = 0
        while not self._stop.wait(LOOK_SECONDS):
            with self._lock:
                held = dict(self._held)
            looks = (looks + 1) % LOOKS_PER_RENEWAL
            if held:
                self.look(held, renew=looks == 0)

    def look(self, held: dict[str, Held], renew: bool) -> None:
        """Tells those whose rows are not theirs any more, by token; where `renew`, prolongs the others' leases."""
        with self._app.app_context():
            try:
                ours = self._renew(held) if renew else self._ours(held)
            except SQLAlchemyError as error:  # not knowing is not having lost: the token decides in the end
                log.warning("Leases of jobs could not be renewed: %s", type(error).__name__)
                return
        for token in held.keys() - ours:
            held[token].lose()

    def _ours(self, held: dict[str, Held]) -> set[str | None]:
        return set(db.session.scalars(select(Job.lease_token).where(_rows(held))))

    def _renew(self, held: dict[str, Held]) -> set[str | None]:
        with transaction() as session:
            return set(
                session.scalars(
                    update(Job)
                    .where(_rows(held), Job.lease_token.in_(held))
                    .values(lease_until=database_time(LEASE_SECONDS))
                    .returning(Job.lease_token)
                    .execution_options(synchronize_session=False)
                )
            )


def _rows(held: dict[str, Held]) -> ColumnElement[bool]:
    return Job.id.in_([one.job.id for one in held.values()])
