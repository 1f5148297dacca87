"""A job under a lease: what whoever works on it may do, and how it ends.

Every change is a guarded update on the lease token, so that a worker that was thought dead changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from sqlalchemy import update

from ..clock import now
from ..errors import LeaseLost
from ..extensions import after_commit, transaction
from .base import database_time
from .due import LEASE_SECONDS, may_be_taken
from .jobs import AVAILABLE, DONE, Job, JobsWaiting

_LEASE_ENDS: dict[str, Any] = {"lease_token": None, "lease_until": None, "dispatched_until": None}


@dataclass(frozen=True)
class HeldJob:
    """The job as it was when it was taken; `attempts` counts this one."""

    id: int
    kind: str
    subject: str
    key: str | None
    epoch: int | None
    attempts: int


class Held:
    """One job and the lease on it; `stopping` says whether the process is about to end."""

    def __init__(self, job: HeldJob, token: str, stopping: Callable[[], bool]) -> None:
        self.job = job
        self.token = token
        self.has_ended = False
        self._stopping = stopping
        self._is_lost = False

    @classmethod
    def take(cls, job_id: int, stopping: Callable[[], bool] = lambda: False) -> Self | None:
        """Takes the lease; None where the job is not due, has ended, or is somebody else's."""
        token = secrets.token_urlsafe(16)
        lease = {"lease_token": token, "lease_until": database_time(LEASE_SECONDS)}
        with transaction() as session:
            row = session.execute(
                update(Job)
                .where(Job.id == job_id, may_be_taken())
                .values(attempts=Job.attempts + 1, **lease)
                .returning(Job.id, Job.kind, Job.subject, Job.key, Job.epoch, Job.attempts)
                .execution_options(synchronize_session=False)
            ).one_or_none()
        return cls(HeldJob(*row), token, stopping) if row else None

    def finish(self, state: str = DONE, reason: str = "") -> None:
        """Ends the job in the handler's own transaction, so that effects and completion land together.

        Raises LeaseLost, which has to leave that transaction, where the row is no longer ours.
        """
        self._change(state=state, reason=reason[:500], finished_at=now(), **_LEASE_ENDS)
        self.has_ended = True

    def put_off(self, seconds: float, reason: str) -> None:
        """Has the job due again after that many seconds; raises LeaseLost."""
        with transaction():
            self._change(due_at=database_time(seconds), reason=reason[:500], **_LEASE_ENDS)
            after_commit(JobsWaiting())

    def give_back(self) -> None:
        """Lets any other worker have it at once, as if this one had never taken it; raises LeaseLost."""
        with transaction():
            self._change(attempts=Job.attempts - 1, **_LEASE_ENDS)
            after_commit(JobsWaiting())

    def _change(self, **values: Any) -> None:
        with transaction() as session:
            changed = session.execute(
                update(Job)
                .where(Job.id == self.job.id, Job.lease_token == self.token, Job.state == AVAILABLE)
                .values(**values)
                .returning(Job.id)
                .execution_options(synchronize_session=False)
            ).one_or_none()
            if changed is None:
                raise LeaseLost(f"job {self.job.id} is no longer ours")

    def lost(self) -> bool:
        """True where working on is of no use: the row is not ours, or the process ends. Asks no database.

        A handler may return for that reason without having finished the job: it is then done by another.
        """
        return self._is_lost or self._stopping()

    def lose(self) -> None:
        """Notes that the row is somebody else's now."""
        self._is_lost = True
