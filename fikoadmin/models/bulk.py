"""Work on many things at once: a list that is frozen when it is made, and one outcome per row (P27). Here what all such
lists share, and the one of redirects; that of executions is in `bulk_operations`."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import ClassVar, Self, TypeVar

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, declared_attr, mapped_column, relationship

from ..clock import now
from ..extensions import db
from ..words import N_
from . import jobs
from .base import BigId, Id, Model, UtcDateTime
from .conversations import Conversation

READY = "ready"  # the list is made, nothing has been done
RUNNING = "running"
FINISHED = "finished"
CANCELLED = "cancelled"
OPEN = (READY, RUNNING)

CHANGED = "changed"
ALREADY = "already"
SKIPPED = "skipped"
FAILED = "failed"
OUTCOMES = (CHANGED, ALREADY, SKIPPED, FAILED)

CHANGED_MEANWHILE = N_("it changed after the list was made")
WAS_CANCELLED = N_("the list was cancelled before its turn")

Subject = TypeVar("Subject")


class BulkTurn(Model):
    """One row of a list: what it is about, and what came of it."""

    __abstract__ = True
    of: ClassVar[str]
    """The table of its list."""

    @declared_attr
    def bulk_id(cls) -> Mapped[int]:
        return mapped_column(BigId, ForeignKey(f"{cls.of}.id", ondelete="CASCADE"), primary_key=True)

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @classmethod
    def next_of(cls, bulk_id: int, subject: InstrumentedAttribute[Subject], limit: int) -> list[tuple[int, Subject]]:
        """(position, subject) of the first rows whose turn is still to come; `subject` is the column that names it."""
        waiting = select(cls.position, subject).where(cls.bulk_id == bulk_id, cls.outcome.is_(None))
        rows = db.session.execute(waiting.order_by(cls.position).limit(limit))
        return [(position, of) for position, of in rows]

    @classmethod
    def locked(cls, bulk_id: int, position: int) -> Self | None:
        """Read anew, and locked until the transaction ends; None where it has its outcome."""
        found = select(cls).where(cls.bulk_id == bulk_id, cls.position == position, cls.outcome.is_(None))
        return db.session.scalar(found.with_for_update().execution_options(populate_existing=True))

    def end(self, outcome: str, reason: str = "") -> None:
        self.outcome, self.reason, self.done_at = outcome, reason[:500], now()


class BulkList(Model):
    """One such list: what its operator chose, and how far it has come.

    States: `ready` until its operator starts it, `running` while a job goes through its rows, then `finished`;
    `cancelled` from either of the first two. The author of every change is `operator_id`.
    """

    __abstract__ = True
    rows: ClassVar[type[BulkTurn]]
    job_kind: ClassVar[str]
    topic: ClassVar[str]
    """What its live page listens to, before its id."""

    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(BigId, ForeignKey("operators.id"))
    operator_label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), default=READY)
    total: Mapped[int]
    cancelled_by: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def job_key(self) -> str:
        return f"{self.topic}:{self.id}"

    @classmethod
    def locked(cls, bulk_id: int) -> Self | None:
        """Read anew, and locked until the transaction ends."""
        found = select(cls).where(cls.id == bulk_id).with_for_update()
        return db.session.scalar(found.execution_options(populate_existing=True))

    def begin(self, operator_id: int, operator_label: str) -> None:
        """Sets it going, in the name of who does so."""
        self.state, self.started_at = RUNNING, now()
        self.operator_id, self.operator_label = operator_id, operator_label

    def end(self, state: str) -> None:
        self.state, self.finished_at = state, now()

    def counts(self) -> Counter[str | None]:
        """How many rows have which outcome; None counts those whose turn is still to come."""
        rows = self.rows
        statement = select(rows.outcome, func.count()).where(rows.bulk_id == self.id).group_by(rows.outcome)
        counts: Counter[str | None] = Counter()
        for outcome, count in db.session.execute(statement):
            counts[outcome] = count
        return counts


class BulkRow(BulkTurn):
    """One conversation of the list; `epoch` is the one that it had when the list was made."""

    __tablename__ = "bulk_rows"
    __table_args__ = (Index(None, "conversation_id"),)
    of = "bulk_redirects"

    conversation_id: Mapped[str] = mapped_column(String(20), ForeignKey("conversations.id", ondelete="CASCADE"))
    epoch: Mapped[int]

    conversation: Mapped[Conversation] = relationship()


class BulkRedirect(BulkList):
    """Redirects of many conversations to one destination."""

    __tablename__ = "bulk_redirects"
    rows = BulkRow
    job_kind = jobs.BULK_REDIRECT
    topic = "bulk"

    destination: Mapped[str] = mapped_column(String(40), default="")

    def aim(self, destination: str) -> None:
        self.destination = destination
