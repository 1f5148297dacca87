"""A message on its way out, as every channel gets it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from ..extensions import db
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.jobs import PENDING, Delivery
from ..models.messages import Message


@dataclass(frozen=True)
class Outgoing:
    """One delivery, without a tie to the database; `attempts` counts the tries before this one.

    `key` is the same for every try of one delivery and for no other delivery ever.
    `document` is {"conversation_id", "customer": {"id", "source", "source_id"},
    "message": {"id", "type", "content", "buttons", "created_at"}}, all ids as strings.
    """

    id: int
    conversation_id: str
    channel: str
    attempts: int
    key: str
    document: dict[str, Any]

    @classmethod
    def first(cls, conversation_id: str) -> Outgoing | None:
        """What has to leave next in that conversation; None where nothing is pending."""
        delivery = db.session.scalar(
            select(Delivery)
            .options(joinedload(Delivery.message))
            .where(Delivery.conversation_id == conversation_id, Delivery.state == PENDING)
            .order_by(Delivery.id)
            .limit(1)
            .execution_options(populate_existing=True)
        )
        return cls._of(delivery, db.session.get_one(Conversation, conversation_id)) if delivery else None

    @classmethod
    def _of(cls, delivery: Delivery, conversation: Conversation) -> Outgoing:
        # The time is part of the key: a database restored from a backup gives the same ids again.
        return cls(
            id=delivery.id,
            conversation_id=conversation.id,
            channel=delivery.channel,
            attempts=delivery.attempts,
            key=f"delivery-{delivery.id}-{delivery.created_at:%Y%m%dT%H%M%S%f}",
            document={
                "conversation_id": conversation.id,
                "customer": _customer(conversation.customer),
                "message": _message(delivery.message),
            },
        )


def _customer(customer: Customer) -> dict[str, Any]:
    return {"id": str(customer.id), "source": customer.source, "source_id": customer.source_id}


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": str(message.id),
        "type": message.type,
        "content": message.content,
        "buttons": message.buttons,
        "created_at": message.created_at.isoformat(),
    }
