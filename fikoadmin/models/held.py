"""A job under a lease: what whoever works on it may do, and how it ends.

Every change is a guarded update on the lease token, so that a worker that was thought dead changes nothing.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, Self

from sqlalchemy import ColumnElement, bindparam, update
from sqlalchemy.sql.dml import ReturningUpdate

from ..clock import now
from ..errors import LeaseLost
from ..extensions import after_commit, transaction
from .base import database_time
from .due import JOBS, LEASE_SECONDS, may_be_taken
from .jobs import AVAILABLE, DONE, JobsWaiting

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


def _take_where(guard: ColumnElement[bool]) -> ReturningUpdate[Any]:
    return (
        update(JOBS)
        .where(JOBS.c.id == bindparam("job_id"), guard)
        .values(
            attempts=JOBS.c.attempts + 1,
            lease_token=bindparam("token"),
            lease_until=database_time(LEASE_SECONDS),
        )
        .returning(*(JOBS.c[field.name] for field in fields(HeldJob)))
    )


def _if_ours(**values: Any) -> ReturningUpdate[Any]:
    return (
        update(JOBS)
        .where(JOBS.c.id == bindparam("job_id"), JOBS.c.lease_token == bindparam("token"))
        .where(JOBS.c.state == AVAILABLE)
        .values(**values, **_LEASE_ENDS)
        .returning(JOBS.c.id)
    )


# Built once: building them for each job took longer than running them.
_TAKE = _take_where(may_be_taken())
_FINISH = _if_ours(state=bindparam("ended"), reason=bindparam("why"), finished_at=bindparam("moment"))
_PUT_OFF = _if_ours(due_at=database_time(bindparam("seconds")), reason=bindparam("why"))
_GIVE_BACK = _if_ours(attempts=JOBS.c.attempts - 1)


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
        with transaction() as session:
            row = session.execute(_TAKE, {"job_id": job_id, "token": token}).one_or_none()
        return cls(HeldJob(*row), token, stopping) if row else None

    def finish(self, state: str = DONE, reason: str = "") -> None:
        """Ends the job in the handler's own transaction, so that effects and completion land together.

        Raises LeaseLost, which has to leave that transaction, where the row is no longer ours. A handler that locks
        a conversation does so before: whoever cancels or rearms a job holds that lock already.
        """
        self._change(_FINISH, ended=state, why=reason[:500], moment=now())
        self.has_ended = True

    def put_off(self, seconds: float, reason: str) -> None:
        """Has the job due again after that many seconds; raises LeaseLost."""
        with transaction():
            self._change(_PUT_OFF, seconds=seconds, why=reason[:500])
            after_commit(JobsWaiting())

    def give_back(self) -> None:
        """Lets any other worker have it at once, as if this one had never taken it; raises LeaseLost."""
        with transaction():
            self._change(_GIVE_BACK)
            after_commit(JobsWaiting())

    def _change(self, statement: ReturningUpdate[Any], **values: Any) -> None:
        with transaction() as session:
            ours = {"job_id": self.job.id, "token": self.token}
            changed = session.execute(statement, ours | values).one_or_none()
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
