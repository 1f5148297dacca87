"""Events from outside: stored once, let in, answered; a repeat gets the first answer again (P12)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from ..ai.language import language_of
from ..destinations import SUPPORT
from ..errors import Conflict, Invalid
from ..extensions import db, transaction
from ..models import events
from ..models.actors import Actor
from ..models.base import short_id
from ..models.conversations import CLOSED, Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..models.executions import Execution
from ..models.messages import CUSTOMER, Message
from ..words import N_
from . import customers, waits
from .reactions import NONE, QUEUED, Reaction, ai_turn

OTHER_CONTENT = "an event with this key was stored before, with other content"


@dataclass(frozen=True)
class Incoming:
    """What a sender posts. `data` is plain JSON; `data["message_id"]` is the sender's own name for a message."""

    event_type: str
    conversation_id: str | None
    customer_id: int | None
    event_id: str | None
    data: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """Equal for equal content, whatever the order of keys."""
        content = [self.event_type, self.conversation_id, self.customer_id, self.data]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Receipt:
    event_id: str
    duplicate: bool
    executions: list[str]
    ai_reply: str


def receive(incoming: Incoming, actor: Actor) -> Receipt:
    """Takes an event in. Raises Invalid; Conflict where its key stands for other content, and stores nothing then."""
    # Each query in between would write what has changed so far, row by row: it is written once, at the end.
    with transaction() as session, session.no_autoflush:
        conversation, customer = _subject(incoming)
        event = _store(incoming, conversation, customer)
        if event is None:
            return _repeated(incoming, conversation)
        executions, turn = INTAKE[incoming.event_type](event, customer, conversation, actor)
        event.answer = {"ai_reply": turn}
        session.flush()
        return Receipt(event.id, False, [str(execution.id) for execution in executions], turn)


def _subject(incoming: Incoming) -> tuple[Conversation | None, Customer | None]:
    if incoming.conversation_id is not None:
        conversation = Conversation.locked(incoming.conversation_id)
        if conversation is None:
            raise Invalid("conversation_id", N_("there is no such conversation"))
        if incoming.customer_id not in (None, conversation.customer_id):
            raise Invalid("user_id", N_("is not the customer of this conversation"))
        return conversation, conversation.customer
    if incoming.event_type in (events.MESSAGE_RECEIVED, events.MESSAGE_SENT):
        raise Invalid("conversation_id", N_("is required for a message"))
    if incoming.customer_id is None:
        return None, None
    customer = db.session.get(Customer, incoming.customer_id)
    if customer is None:
        raise Invalid("user_id", N_("there is no such customer"))
    return None, customer


def _store(incoming: Incoming, conversation: Conversation | None, customer: Customer | None) -> Event | None:
    """Inserts the event; None where its id or its message is known already."""
    return Event.store(
        id=incoming.event_id or short_id(16),
        event_type=incoming.event_type,
        conversation_id=conversation.id if conversation else None,
        customer_id=customer.id if customer else None,
        message_key=_message_key(incoming, conversation),
        digest=incoming.digest,
        data=dict(incoming.data),
    )


def _message_key(incoming: Incoming, conversation: Conversation | None) -> str | None:
    message_id = incoming.data.get("message_id")
    if message_id is None or conversation is None:
        return None
    return f"{conversation.source}:{message_id}"


def _repeated(incoming: Incoming, conversation: Conversation | None) -> Receipt:
    key = _message_key(incoming, conversation)
    same = or_(Event.id == incoming.event_id, Event.message_key == key) if key else Event.id == incoming.event_id
    known = db.session.scalars(select(Event).where(same)).all()
    for event in known:
        if event.digest == incoming.digest and event.answer is not None:
            return Receipt(event.id, True, _executions_of(event), event.answer["ai_reply"])
    raise Conflict(OTHER_CONTENT)


def _executions_of(event: Event) -> list[str]:
    started = select(Execution.id).where(Execution.event_id == event.id).order_by(Execution.id)
    return [str(execution_id) for execution_id in db.session.scalars(started)]


# -- what each type does -------------------------------------------------------------------------------------------

Intake = Callable[[Event, Customer | None, Conversation | None, Actor], tuple[list[Execution], str]]


def _message_received(
    event: Event, customer: Customer | None, conversation: Conversation | None, actor: Actor
) -> tuple[list[Execution], str]:
    assert conversation is not None
    author = Actor("customer", str(conversation.customer_id), conversation.customer.shown_name)
    if conversation.status == CLOSED:
        conversation.reopen(author)
    content = str(event.data.get("content") or "")
    is_answer = conversation.awaited_answers > 0
    event.message_id = conversation.receive(
        content,
        message_id=event.data.get("message_id"),
        language=language_of(content) or "",
        consumed=is_answer,
    )
    if is_answer:  # it starts no other workflow, and needs no answer of the AI's
        waits.hear(event, conversation, content)
        return [], QUEUED if conversation.asked else NONE
    executions = Reaction(event, customer, conversation).run_matching()
    return executions, ai_turn(event, conversation, executions)


def _message_sent(
    event: Event, customer: Customer | None, conversation: Conversation | None, actor: Actor
) -> tuple[list[Execution], str]:
    """An operator's word from elsewhere takes the conversation over; the echo of a message of ours does nothing."""
    assert conversation is not None
    message_id = event.data.get("message_id")
    if event.data.get("sender") == "operator" and not _is_ours(conversation, message_id):
        person = Actor("operator", str(event.data.get("sender_id") or ""), str(event.data.get("sender_name") or ""))
        message = conversation.reply(str(event.data.get("content") or ""), person, message_id=message_id)
        conversation.take_over(person, SUPPORT)
        db.session.flush()
        event.message_id = message.id
    return [], NONE


def _is_ours(conversation: Conversation, message_id: str | None) -> bool:
    if message_id is None or not message_id.isascii() or not message_id.isdigit() or len(message_id) > 18:
        return False
    message = db.session.get(Message, int(message_id))
    return message is not None and message.conversation_id == conversation.id and message.type != CUSTOMER


def _user_updated(
    event: Event, customer: Customer | None, conversation: Conversation | None, actor: Actor
) -> tuple[list[Execution], str]:
    if customer is None:
        raise Invalid("user_id", N_("is required to say whose data changed"))
    customers.update(customer, {k: v for k, v in event.data.items() if isinstance(v, str)})
    return _other(event, customer, conversation, actor)


def _other(
    event: Event, customer: Customer | None, conversation: Conversation | None, actor: Actor
) -> tuple[list[Execution], str]:
    return Reaction(event, customer, conversation).run_matching(), NONE


# The types that are accepted from outside; the others are raised by their own calls.
INTAKE: Mapping[str, Intake] = {
    events.MESSAGE_RECEIVED: _message_received,
    events.MESSAGE_SENT: _message_sent,
    events.USER_UPDATED: _user_updated,
    events.WEBHOOK: _other,
    events.INSTAGRAM_COMMENT: _other,
}
