"""The history of a conversation's owner: what changed, when, and by what."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..clock import now
from .base import BigId, Id, Model, UtcDateTime

if TYPE_CHECKING:
    from .conversations import Conversation
    from .executions import Execution


class ConversationEvent(Model):
    """One change of status, flag or destination, written in the transaction that made it."""

    __tablename__ = "conversation_events"
    __table_args__ = (
        Index(None, "conversation_id", "epoch", unique=True),
        Index(
            "ix_conversation_events_uncounted",
            "id",
            postgresql_where=text("NOT counted"),
            sqlite_where=text("NOT counted"),
        ),
    )

    id: Mapped[Id]
    conversation_id: Mapped[str] = mapped_column(String(20), ForeignKey("conversations.id"))
    kind: Mapped[str] = mapped_column(String(20))
    epoch: Mapped[int]
    old_status: Mapped[str | None] = mapped_column(String(20))
    new_status: Mapped[str] = mapped_column(String(20))
    old_ai_enabled: Mapped[bool | None]
    new_ai_enabled: Mapped[bool]
    old_destination: Mapped[str | None] = mapped_column(String(40))
    new_destination: Mapped[str] = mapped_column(String(40))
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(60))
    actor_label: Mapped[str] = mapped_column(String(200))
    version: Mapped[int | None]
    node_id: Mapped[str | None] = mapped_column(String(200))
    execution_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("executions.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    # Whether the totals hold it (`tallies`); left to the database, so that the release before counts alike.
    counted: Mapped[bool] = mapped_column(server_default=false())

    conversation: Mapped[Conversation] = relationship(lazy="raise")
    execution: Mapped[Execution | None] = relationship()
