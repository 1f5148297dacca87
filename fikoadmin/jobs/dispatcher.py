"""Finds due jobs and hands their ids on; one process at a time does it, by a lease."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from .. import live
from ..extensions import db, transaction
from ..models import due
from ..models.base import database_time
from ..models.jobs import DISPATCHER, Job
from . import lease
from .backends import Backend
from .outages import Outages
from .periodic import Chores

log = logging.getLogger(__name__)

# So short because the leader also repairs the mirror, which has to be right again 5 s after a kill -9 (P5).
ROLE_SECONDS = 3.0
RENEWAL_SECONDS = 1.0
# What is rung when there is new work (fikoadmin/live/bell.py).
TOPIC = "jobs"
# It looks this often whether or not somebody rang: a lost ring costs no more than that.
LOOK_SECONDS = 0.5
# Where the backend is full and may not be able to say that it no longer is.
FULL_SECONDS = 0.05


class Dispatcher:
    """The thread that looks for due jobs while it has the role; `chores` run as long as it has.

    A look reads the due rows through ix_jobs_due and no others, however many wait for a later time.
    """

    def __init__(self, app: Flask, make_backend: Callable[[Callable[[], None]], Backend], chores: Chores) -> None:
        self.leads = False
        self._app = app
        self._chores = chores
        self._holder = lease.new_holder()
        self._renew_at = 0.0
        self._outages = Outages()
        self._rings = live.subscribe(app, [TOPIC])
        self._stopping = threading.Event()
        self._backend = make_backend(self.wake)
        self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Has it look now."""
        self._rings.ring(TOPIC, None)

    def stop(self) -> None:
        """Ends it within about 3 s, and leaves what was not begun, and the role, to others."""
        self._stopping.set()
        self._rings.close()
        self._thread.join(1)
        left = self._backend.stop()
        self._chores.stop()
        with self._app.app_context():
            try:
                _take_back(left)
                lease.release(DISPATCHER, self._holder)
            except SQLAlchemyError as error:  # both run out by themselves
                log.warning("Dispatcher: left without a word to the database (%s)", type(error).__name__)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.is_set():
            self._rings.wait(pause)
            pause = self.look()

    def look(self) -> float:
        """Hands on what is due if it has the role; the seconds until it should look again."""
        with self._app.app_context():
            try:
                self._lead()
                return self._dispatch() if self.leads else RENEWAL_SECONDS
            except SQLAlchemyError as error:
                log.warning("Dispatcher: the database failed (%s)", type(error).__name__)
            except Exception:  # it must not die of one bad look: nobody would notice
                log.exception("Dispatcher: unexpected error")
        return RENEWAL_SECONDS

    def _lead(self) -> None:
        if time.monotonic() < self._renew_at:
            return
        had, self.leads = self.leads, False
        self.leads = self._backend.works() and lease.take(DISPATCHER, self._holder, ROLE_SECONDS)
        self._renew_at = time.monotonic() + RENEWAL_SECONDS
        if self.leads and not had:
            self._chores.start()
        elif had and not self.leads:
            self._chores.stop()

    def _dispatch(self) -> float:
        room = self._backend.room()
        if not room:
            return FULL_SECONDS
        self._outages.look()
        ids = _mark(room)
        if ids:
            self._backend.submit(ids)
            return 0.0
        return min(LOOK_SECONDS, due.seconds_to_next() or LOOK_SECONDS)


def _mark(limit: int) -> list[int]:
    """Marks due jobs as on their way, the longest due first, and returns their ids."""
    # Reads before it writes: a look that finds nothing must not lock SQLite.
    found = list(db.session.scalars(due.oldest(limit)))
    db.session.rollback()
    if not found:
        return []
    free = select(Job.id).where(Job.id.in_(found), due.may_be_dispatched()).with_for_update(skip_locked=True)
    with transaction() as session:
        marked = set(
            session.scalars(
                update(Job)
                .where(Job.id.in_(free))
                .values(dispatched_until=database_time(due.DISPATCH_SECONDS))
                .returning(Job.id)
                .execution_options(synchronize_session=False)
            )
        )
    return [job_id for job_id in found if job_id in marked]


def _take_back(ids: list[int]) -> None:
    with transaction() as session:
        session.execute(update(Job).where(Job.id.in_(ids), Job.lease_token.is_(None)).values(dispatched_until=None))
