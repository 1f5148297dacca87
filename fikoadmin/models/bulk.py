"""Redirects of many conversations at once: a list that is frozen when it is made, and one outcome per row (P27)."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..clock import now
from ..extensions import db
from ..words import N_
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
WAS_CANCELLED = N_("the bulk redirect was cancelled before its turn")


class BulkRedirect(Model):
    """One such redirect: what its operator chose, and how far it has come.

    States: `ready` until its operator starts it, `running` while a job goes through its rows, then `finished`;
    `cancelled` from either of the first two. The author of every change is `operator_id`.
    """

    __tablename__ = "bulk_redirects"

    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(BigId, ForeignKey("operators.id"))
    operator_label: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20), default=READY)
    destination: Mapped[str] = mapped_column(String(40), default="")
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
        return f"bulk:{self.id}"

    @staticmethod
    def locked(bulk_id: int) -> BulkRedirect | None:
        """Read anew, and locked until the transaction ends."""
        found = select(BulkRedirect).where(BulkRedirect.id == bulk_id).with_for_update()
        return db.session.scalar(found.execution_options(populate_existing=True))

    def begin(self, destination: str, operator_id: int, operator_label: str) -> None:
        """Sets it going, in the name of who does so."""
        self.state, self.destination, self.started_at = RUNNING, destination, now()
        self.operator_id, self.operator_label = operator_id, operator_label

    def end(self, state: str) -> None:
        self.state, self.finished_at = state, now()

    def counts(self) -> Counter[str | None]:
        """How many rows have which outcome; None counts those whose turn is still to come."""
        statement = select(BulkRow.outcome, func.count()).where(BulkRow.bulk_id == self.id).group_by(BulkRow.outcome)
        counts: Counter[str | None] = Counter()
        for outcome, count in db.session.execute(statement):
            counts[outcome] = count
        return counts


class BulkRow(Model):
    """One conversation of the list; `epoch` is the one that it had when the list was made."""

    __tablename__ = "bulk_rows"
    __table_args__ = (Index(None, "conversation_id"),)

    bulk_id: Mapped[int] = mapped_column(BigId, ForeignKey("bulk_redirects.id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(String(20), ForeignKey("conversations.id", ondelete="CASCADE"))
    epoch: Mapped[int]
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    conversation: Mapped[Conversation] = relationship()

    @classmethod
    def next_of(cls, bulk_id: int, limit: int) -> list[tuple[int, str]]:
        """(position, conversation id) of the first rows whose turn is still to come."""
        waiting = select(cls.position, cls.conversation_id).where(cls.bulk_id == bulk_id, cls.outcome.is_(None))
        rows = db.session.execute(waiting.order_by(cls.position).limit(limit))
        return [(position, conversation_id) for position, conversation_id in rows]

    @classmethod
    def locked(cls, bulk_id: int, position: int) -> BulkRow | None:
        """Read anew, and locked until the transaction ends; None where it has its outcome."""
        found = select(cls).where(cls.bulk_id == bulk_id, cls.position == position, cls.outcome.is_(None))
        return db.session.scalar(found.with_for_update().execution_options(populate_existing=True))

    def end(self, outcome: str, reason: str = "") -> None:
        self.outcome, self.reason, self.done_at = outcome, reason[:500], now()
