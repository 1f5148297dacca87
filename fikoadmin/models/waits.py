"""What executions wait for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, ForeignKey, Index, String, select, text
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ..clock import now
from ..extensions import db
from .base import BigId, Id, Model, UtcDateTime

if TYPE_CHECKING:
    from .executions import Execution

ANSWER = "answer"  # the customer's
JOB = "job"  # the outcome of a call that leaves the process


class Wait(Model):
    """Why an execution stands still: a row, so that a restart loses nothing (P16).

    `kind` says for what; `ended_as` is null until exactly one of answer, timeout, outcome or cancel has taken it
    by a guarded update.
    """

    __tablename__ = "waits"
    __table_args__ = (
        Index(None, "execution_id"),
        Index(
            "ix_waits_open_answers",
            "conversation_id",
            postgresql_where=text("ended_as IS NULL"),
            sqlite_where=text("ended_as IS NULL"),
        ),
    )

    id: Mapped[Id]
    execution_id: Mapped[int] = mapped_column(BigId, ForeignKey("executions.id", ondelete="CASCADE"))
    step_position: Mapped[int]
    conversation_id: Mapped[str | None] = mapped_column(String(20), ForeignKey("conversations.id"))
    kind: Mapped[str] = mapped_column(String(20))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempted: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ended_as: Mapped[str | None] = mapped_column(String(20))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    execution: Mapped[Execution] = relationship()

    def end(self, ended_as: str) -> None:
        self.ended_as = ended_as

    @classmethod
    def open_answers(cls, conversation_id: str) -> list[Wait]:
        """The open waits for that customer's answer with their executions, the question asked last first."""
        return list(
            db.session.scalars(
                select(cls)
                .options(joinedload(cls.execution))
                .where(cls.conversation_id == conversation_id, cls.kind == ANSWER, cls.ended_as.is_(None))
                .order_by(cls.id.desc())
            )
        )

    @classmethod
    def open_of(cls, execution_id: int) -> list[Wait]:
        """The open waits of that execution."""
        return list(db.session.scalars(select(cls).where(cls.execution_id == execution_id, cls.ended_as.is_(None))))
