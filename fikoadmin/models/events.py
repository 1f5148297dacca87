"""Events: what happened, stored once, with what it started."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import JSON, ForeignKey, Index, String, Table
from sqlalchemy.orm import Mapped, make_transient_to_detached, mapped_column, relationship
from sqlalchemy.sql.dml import ReturningInsert

from ..clock import now
from ..extensions import connection, db
from .base import BigId, Model, UtcDateTime, insert_into, short_id

if TYPE_CHECKING:
    from .conversations import Conversation

MESSAGE_RECEIVED = "MESSAGE_RECEIVED"
MESSAGE_SENT = "MESSAGE_SENT"
CONVERSATION_CREATED = "CONVERSATION_CREATED"
CONVERSATION_CLOSED = "CONVERSATION_CLOSED"
USER_CREATED = "USER_CREATED"
USER_UPDATED = "USER_UPDATED"
TAG_ADDED = "TAG_ADDED"
TAG_REMOVED = "TAG_REMOVED"
SCHEDULED = "SCHEDULED"
WEBHOOK = "WEBHOOK"
INSTAGRAM_COMMENT = "INSTAGRAM_COMMENT"
MANUAL = "MANUAL"


class Event(Model):
    """One event. Its id is the sender's `event_id` where there was one: the primary key is the deduplication (P12).

    `message_key` is "source:message_id", the second way to recognise a repeat. `chain` lists the workflow ids
    whose executions led here, oldest first (P14). `snapshot` is the conversation as it was matched (P13, P15),
    `considered` the workflows that the index returned with the reasons, `answer` what the sender was told.
    """

    __tablename__ = "events"
    __table_args__ = (Index(None, "conversation_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(200), primary_key=True, default=lambda: short_id(16))
    event_type: Mapped[str] = mapped_column(String(40))
    conversation_id: Mapped[str | None] = mapped_column(String(20), ForeignKey("conversations.id"))
    customer_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("customers.id"))
    message_id: Mapped[int | None] = mapped_column(BigId)
    message_key: Mapped[str | None] = mapped_column(String(250), unique=True)
    digest: Mapped[str] = mapped_column(String(64), default="")
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    chain: Mapped[list[int]] = mapped_column(JSON, default=list)
    cut: Mapped[bool] = mapped_column(default=False)
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    considered: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    conversation: Mapped[Conversation | None] = relationship(lazy="raise")

    @classmethod
    def store(cls, **values: Any) -> Event | None:
        """Inserts it in the present transaction; None where its id or its message is known already (P12)."""
        row = {"created_at": now(), "message_id": None, "cut": False, "answer": None, "chain": [], **values}
        row |= {"snapshot": {}, "considered": []}
        if connection().execute(_insert(db.engine.dialect.name), row).first() is None:
            return None
        event = cls(**row)
        make_transient_to_detached(event)
        db.session.add(event)
        return event


# The table, not the model: the ORM's way of inserting takes several times as long.
_TABLE = cast(Table, Event.__table__)


@cache
def _insert(_dialect: str) -> ReturningInsert[str]:
    """Built once: building it for each event took longer than running it."""
    return insert_into(_TABLE).on_conflict_do_nothing().returning(_TABLE.c.id)
