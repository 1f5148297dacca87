"""Messages: what was said in a conversation, by whom."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import JSON, ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..clock import now
from ..extensions import db
from .base import BigId, Id, Model, UtcDateTime
from .searchable import without_words, words_from

if TYPE_CHECKING:
    from .conversations import Conversation
    from .executions import Execution

CUSTOMER = "customer"
AI_MESSAGE = "AI"
OPERATOR_MESSAGE = "support"
WORKFLOW_MESSAGE = "marketing"
NOTE = "note"
ANSWERS = (AI_MESSAGE, OPERATOR_MESSAGE)
TYPES = (CUSTOMER, AI_MESSAGE, OPERATOR_MESSAGE, WORKFLOW_MESSAGE, NOTE)


class Message(Model):
    """One message; `superseded` marks an AI answer that lost its right to be sent before it was."""

    __tablename__ = "messages"
    __table_args__ = (
        Index(None, "conversation_id", "id"),
        Index(
            "ix_messages_form_key", "conversation_id", "form_key", unique=True,
            postgresql_where=text("form_key IS NOT NULL"), sqlite_where=text("form_key IS NOT NULL"),
        ),
        without_words("messages"),
    )  # fmt: skip

    id: Mapped[Id]
    conversation_id: Mapped[str] = mapped_column(String(20), ForeignKey("conversations.id"))
    type: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)
    words: Mapped[str | None] = mapped_column(Text, default=words_from("content"), deferred=True)
    buttons: Mapped[list[str]] = mapped_column(JSON, default=list)
    superseded: Mapped[bool] = mapped_column(default=False)
    superseded_reason: Mapped[str] = mapped_column(String(200), default="")
    # A waiting node has taken this as its answer: it needs no other.
    consumed: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[str] = mapped_column(String(60), default="")
    author_label: Mapped[str] = mapped_column(String(200), default="")
    source_message_id: Mapped[str | None] = mapped_column(String(200))
    # Of the one form that it was written in: sent twice, it is stored once.
    form_key: Mapped[str | None] = mapped_column(String(40))
    execution_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("executions.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    conversation: Mapped[Conversation] = relationship(lazy="raise")
    execution: Mapped[Execution | None] = relationship()

    @staticmethod
    def of_form(conversation_id: str, form_key: str) -> Message | None:
        """What that form said in that conversation."""
        said = select(Message).where(Message.conversation_id == conversation_id, Message.form_key == form_key)
        return db.session.scalar(said)
