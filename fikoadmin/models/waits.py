"""What executions wait for."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import JSON, ForeignKey, Index, String, Table, bindparam, select, text, update
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.sql.dml import ReturningUpdate

from ..clock import now
from ..extensions import connection, db
from .base import BigId, Id, Model, UtcDateTime

if TYPE_CHECKING:
    from .executions import Execution

ANSWER = "answer"  # the customer's
DELAY = "delay"  # a moment
JOB = "job"  # the outcome of a call that leaves the process


class Wait(Model):
    """Why an execution stands still: a row, so that a restart loses nothing (P16).

    `kind` says for what, `data` what whoever ends it needs to know; a `job` wait is also the delivery row of the
    call that it waits for. `ended_as` is null until exactly one of several has ended it, by a guarded update.
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

    @property
    def key(self) -> str:
        """Names it outside, the same for every try; a database restored from a backup gives its id once more."""
        return f"wait-{self.id}-{self.created_at:%Y%m%dT%H%M%S%f}"

    @property
    def job_key(self) -> str:
        """The job that ends it at its time, or makes the call that it waits for."""
        return f"wait:{self.id}"

    def end(self, ended_as: str) -> bool:
        """Ends it; True for the only one of several, such as answer and time-out, that does (P16).

        What a call needed to know may hold secrets: it is not kept.
        """
        ended = connection().execute(_ending(self.kind == JOB), {"wait_id": self.id, "how": ended_as})
        won = ended.one_or_none() is not None
        if won:
            set_committed_value(self, "ended_as", ended_as)
        return won

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


@cache
def _ending(forgets_data: bool) -> ReturningUpdate[Any]:
    """Built once, and of the table: the ORM's way would take longer than the statement."""
    table = cast(Table, Wait.__table__)
    is_open = update(table).where(table.c.id == bindparam("wait_id"), table.c.ended_as.is_(None))
    values: dict[str, Any] = {"ended_as": bindparam("how")} | ({"data": {}} if forgets_data else {})
    return is_open.values(values).returning(table.c.id)
