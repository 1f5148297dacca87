"""Executions, their steps, and what they wait for."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..clock import now
from .base import BigId, Id, Model, UtcDateTime
from .conversations import Conversation
from .events import Event
from .jobs import Job
from .waits import Wait
from .workflows import Workflow, WorkflowVersion

RUNNING = "RUNNING"
WAITING = "WAITING"
COMPLETED = "COMPLETED"
FAILED = "FAILED"
CANCELLED = "CANCELLED"
SKIPPED = "SKIPPED"
STATUSES = (RUNNING, WAITING, COMPLETED, FAILED, CANCELLED, SKIPPED)
OPEN = (RUNNING, WAITING)


class Step(Model):
    """One node's part in an execution; `outcome` is null while it is unfinished."""

    __tablename__ = "steps"
    __table_args__ = (Index(None, "execution_id", "position", unique=True),)

    id: Mapped[Id]
    execution_id: Mapped[int] = mapped_column(BigId, ForeignKey("executions.id", ondelete="CASCADE"))
    position: Mapped[int]
    node_id: Mapped[str] = mapped_column(String(200))
    node_type: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200))
    outcome: Mapped[str | None] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(500), default="")
    connection: Mapped[str | None] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class StepLine(NamedTuple):
    """What is shown of a step, and nothing else of its row is read."""

    position: int
    node_id: str
    node_type: str
    title: str
    outcome: str | None
    reason: str
    connection: str | None
    data: dict[str, Any]
    started_at: datetime
    finished_at: datetime | None


class Execution(Model):
    """One run of one published version for one event.

    `epoch` is the one that it last saw or made itself: where the conversation has another, somebody else changed
    the owner. `state` is the interpreter's: nodes still to run, nodes run since the last wait, answers.
    """

    __tablename__ = "executions"
    __table_args__ = (
        # Once per event (P12): a repeated insert does nothing. A retry is an event of its own.
        Index(None, "workflow_id", "event_id", unique=True),
        Index(None, "event_id"),
        Index(None, "workflow_id", "customer_id", "started_at"),
        Index(None, "workflow_id", "id"),
        Index(None, "conversation_id", "id"),
        Index(None, "status", "id"),
        Index(
            "ix_executions_open_versions",
            "workflow_id",
            "version_id",
            postgresql_where=text("status IN ('RUNNING', 'WAITING')"),
            sqlite_where=text("status IN ('RUNNING', 'WAITING')"),
        ),
        Index(
            "ix_executions_open",
            "conversation_id",
            postgresql_where=text("status IN ('RUNNING', 'WAITING')"),
            sqlite_where=text("status IN ('RUNNING', 'WAITING')"),
        ),
        Index(
            "ix_executions_uncounted",
            "id",
            postgresql_where=text("NOT counted AND finished_at IS NOT NULL"),
            sqlite_where=text("NOT counted AND finished_at IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    workflow_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflows.id"))
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflow_versions.id"))
    event_id: Mapped[str] = mapped_column(String(200), ForeignKey("events.id"))
    conversation_id: Mapped[str | None] = mapped_column(String(20), ForeignKey("conversations.id"))
    customer_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("customers.id"))
    status: Mapped[str] = mapped_column(String(20), default=RUNNING)
    reason: Mapped[str] = mapped_column(String(500), default="")
    epoch: Mapped[int] = mapped_column(default=0)
    reacted: Mapped[bool] = mapped_column(default=False)
    state: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    retry_of_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("executions.id"))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Whether the totals hold how it ended (`tallies`).
    counted: Mapped[bool] = mapped_column(server_default=false())

    steps: Mapped[list[Step]] = relationship(cascade="all, delete-orphan", order_by=Step.position)
    version: Mapped[WorkflowVersion] = relationship()
    workflow: Mapped[Workflow] = relationship()
    event: Mapped[Event] = relationship()
    conversation: Mapped[Conversation | None] = relationship()

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def end(self, status: str, reason: str = "") -> None:
        """Ends it; neither status nor flag of the conversation follows from that (P6)."""
        self.status, self.reason, self.finished_at = status, reason[:500], now()

    def cancel(self, reason: str) -> None:
        """Ends it before its time; what it waits for is ended by who counts it (`end_waits`)."""
        self.end(CANCELLED, reason)

    def end_waits(self) -> list[Wait]:
        """Ends all that it waits for; returns it, for who counts it."""
        ended = [wait for wait in Wait.open_of(self.id) if wait.end("cancelled")]
        for wait in ended:
            Job.cancel(wait.job_key)
        return ended
