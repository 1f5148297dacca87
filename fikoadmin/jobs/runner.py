"""Executes one job under its lease, and decides what becomes of it."""

from __future__ import annotations

import logging
import threading

from flask import Flask
from prometheus_client import Counter
from sqlalchemy.exc import SQLAlchemyError

from ..errors import LeaseLost, Retry, is_busy
from ..extensions import transaction
from ..models.due import pause_after
from ..models.held import Held
from ..models.jobs import DISCARDED
from ..words import P_
from .keeper import Keeper
from .kinds import Kind, Kinds

UNEXPECTED = P_("unexpected error: %(error)s")

log = logging.getLogger(__name__)

LEASE_LOSSES = Counter("fiko_job_lease_losses", "Jobs that another worker took over from this process")

# How often a job may take its worker's process down with it, or be cut short by a kill, beyond its own attempts.
INTERRUPTIONS = 20
UNKNOWN_KIND_SECONDS = 60


class Runner:
    """Executes the jobs of one process."""

    def __init__(self, app: Flask, kinds: Kinds) -> None:
        self._app = app
        self._kinds = kinds
        self._stopping = threading.Event()
        self._keeper = Keeper(app)

    def execute(self, job_id: int) -> None:
        """Does that job unless it has ended or another worker has it; never raises.

        Where the database is gone nothing can be recorded: the lease runs out and the job is done then.
        """
        with self._app.app_context():
            try:
                if held := Held.take(job_id, self._stopping.is_set):
                    with self._keeper.keeping(held):
                        self._execute(held)
            except LeaseLost:
                LEASE_LOSSES.inc()
                log.info("Job %s: the lease was lost, another worker goes on", job_id)
            except SQLAlchemyError as error:
                log.warning("Job %s: the database failed (%s); it is tried again", job_id, type(error).__name__)

    def stop(self) -> None:
        """Has every handler that asks `lost` end; what does not end in time is another process's."""
        self._stopping.set()
        self._keeper.stop()

    def _execute(self, held: Held) -> None:
        kind = self._kinds.get(held.job.kind)
        if kind is None:  # a newer release queued it: it waits for that one to be back
            held.put_off(UNKNOWN_KIND_SECONDS, "this release does not know such a job")
        elif kind.max_attempts and held.job.attempts > kind.max_attempts + INTERRUPTIONS:
            self._discard(held, kind, "it was interrupted again and again")
        else:
            self._run(held, kind)

    def _run(self, held: Held, kind: Kind) -> None:
        try:
            kind.run(held)
            if not held.has_ended:
                held.give_back() if held.lost() else held.finish()
        except LeaseLost:
            raise
        except Exception as error:
            if is_busy(error):
                raise  # the database's fault, not the job's: no try of it is used up
            if self._stopping.is_set():
                held.give_back()
            else:
                self._failed(held, kind, error)

    def _failed(self, held: Held, kind: Kind, error: Exception) -> None:
        attempts, after = held.job.attempts, None
        if isinstance(error, Retry):
            reason, after = error.reason, error.after
        else:
            # The text of an exception may quote what a customer wrote: the row gets its class alone.
            reason = UNEXPECTED % {"error": type(error).__name__}
            log.error("Job %s (%s): %s", held.job.id, held.job.kind, reason, exc_info=error)
        if kind.max_attempts and attempts >= kind.max_attempts:
            self._discard(held, kind, reason)
        else:
            held.put_off(pause_after(attempts, kind.pauses) if after is None else after, reason)

    def _discard(self, held: Held, kind: Kind, reason: str) -> None:
        with transaction():
            if kind.on_discard:
                kind.on_discard(held.job, reason)
            held.finish(DISCARDED, reason)
        log.warning("Job %s (%s): given up, %s", held.job.id, held.job.kind, reason)
