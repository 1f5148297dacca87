"""Work that is done later: rows with a due time and a lease, and deliveries to the outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..clock import now
from ..extensions import after_commit, db
from .base import BigId, Id, Model, UtcDateTime, database_time, insert_into
from .messages import Message

AVAILABLE = "available"
DONE = "done"
DISCARDED = "discarded"
CANCELLED = "cancelled"
STATES = (AVAILABLE, DONE, DISCARDED, CANCELLED)

ANSWER_CUSTOMER = "answer_customer"
JUDGE_CONDITION = "judge_condition"
CONTINUE_EXECUTION = "continue_execution"
SEND_MESSAGES = "send_messages"
RUN_SCHEDULE = "run_schedule"
START_SCHEDULED = "start_scheduled"
END_WAIT = "end_wait"
MAKE_CALL = "make_call"
STOP_EXECUTIONS = "stop_executions"
BULK_REDIRECT = "bulk_redirect"
BULK_OPERATION = "bulk_operation"
KEEP_WORDS = "keep_words"


@dataclass(frozen=True)
class JobsWaiting:
    """Fact of a commit: there may be work to dispatch."""


class Job(Model):
    """One piece of work: `kind` names what does it, `subject` the id of what it is about.

    A job is `available` until it is done, discarded after its last attempt, or cancelled; under a live lease it is
    being worked on. `key` makes it unique where the same work must not be queued twice. The lease is taken and
    kept by guarded updates on the database's clock; only the holder of `lease_token` may finish it.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index(
            "ix_jobs_due", "due_at",
            postgresql_where=text("state = 'available'"), sqlite_where=text("state = 'available'"),
        ),
        Index(None, "kind", "subject"),
    )  # fmt: skip

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(60))
    key: Mapped[str | None] = mapped_column(String(200), unique=True)
    epoch: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(20), default=AVAILABLE)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    dispatched_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def queue(
        cls,
        kind: str,
        subject: object,
        *,
        key: str | None = None,
        epoch: int | None = None,
        due_at: datetime | None = None,
    ) -> None:
        """Adds the job in the present transaction; where one with that `key` stands, it stays as it is."""
        db.session.execute(
            insert_into(cls)
            .values(kind=kind, subject=str(subject), key=key, epoch=epoch, due_at=due_at or now())
            .on_conflict_do_nothing()
        )
        after_commit(JobsWaiting())

    @classmethod
    def requeue(
        cls, kind: str, subject: object, *, key: str, epoch: int | None = None, due_at: datetime | None = None
    ) -> None:
        """Has the one job of that `key` due at `due_at`, or now: a new row, or the ended or outdated one armed again.

        A run that is still under way for the outdated one loses its lease with that, and so cannot finish.
        """
        due = due_at or now()
        fresh = insert_into(cls).values(kind=kind, subject=str(subject), key=key, epoch=epoch, due_at=due)
        is_outdated = or_(cls.epoch.is_distinct_from(fresh.excluded.epoch), *([cls.due_at != due] if due_at else []))
        again = dict.fromkeys(("lease_token", "lease_until", "dispatched_until", "finished_at"))
        db.session.execute(
            fresh.on_conflict_do_update(
                index_elements=["key"],
                set_={
                    "state": AVAILABLE, "attempts": 0, "reason": "", **again,
                    "epoch": fresh.excluded.epoch, "due_at": fresh.excluded.due_at,
                },
                where=or_(cls.state != AVAILABLE, is_outdated),
            )
        )  # fmt: skip
        after_commit(JobsWaiting())

    @classmethod
    def cancel(cls, key: str) -> None:
        """Takes the job of that `key` back where it has not ended: what it was for is gone."""
        mine = update(cls).where(cls.key == key, cls.state == AVAILABLE)
        gone = mine.values(state=CANCELLED, finished_at=now(), lease_token=None, lease_until=None)
        db.session.execute(gone.execution_options(synchronize_session=False))

    @classmethod
    def open_of(cls, kind: str, subject: object) -> list[Job]:
        """The jobs of that kind and subject that are not ended."""
        return list(
            db.session.scalars(select(cls).where(cls.kind == kind, cls.subject == str(subject), cls.state == AVAILABLE))
        )

    def end(self, state: str, reason: str = "") -> None:
        self.state, self.reason, self.finished_at = state, reason[:500], now()
        self.lease_token = self.lease_until = None


DISPATCHER = "dispatcher"


class Lease(Model):
    """A role that one process at a time may have, e.g. dispatcher."""

    __tablename__ = "leases"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[datetime] = mapped_column(UtcDateTime)

    @classmethod
    def holder_of(cls, name: str) -> str | None:
        """Who has that role now; None where nobody has."""
        return db.session.scalar(select(cls.holder).where(cls.name == name, cls.until > database_time(0)))


PENDING = "pending"
SENT = "sent"
FAILED = "failed"


class Delivery(Model):
    """A message on its way to the customer; per conversation they leave in the order of their ids.

    States: `pending` until the channel has it (`sent`) or the last try is over (`failed`, with the reason).
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "ix_deliveries_pending", "conversation_id", "id",
            postgresql_where=text("state = 'pending'"), sqlite_where=text("state = 'pending'"),
        ),
    )  # fmt: skip

    id: Mapped[Id]
    conversation_id: Mapped[str] = mapped_column(String(20), ForeignKey("conversations.id"))
    message_id: Mapped[int] = mapped_column(BigId, ForeignKey("messages.id"), unique=True)
    channel: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(20), default=PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    message: Mapped[Message] = relationship()
