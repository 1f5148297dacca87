"""Conversations: begun, redirected, answered and closed by people and programs."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from flask import current_app

from .. import destinations
from ..errors import Conflict, Invalid, NotFound
from ..extensions import db, transaction
from ..models import events
from ..models.actors import Actor
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..models.messages import Message
from ..words import N_
from .customers import find_or_make, raise_event

NOT_A_DESTINATION = N_("'%(value)s' is not a destination; one of: %(choices)s")
STALE = N_("the conversation has changed since; look at it as it is now")


def create(
    source: str, actor: Actor, *, customer_id: int | None = None, customer: Mapping[str, object] | None = None
) -> Conversation:
    """A new conversation with a known customer, or with one made here, which raises `USER_CREATED` in it.

    `customer` holds the fields of `services.customers.create`. Raises Invalid.
    """
    with transaction():
        person, is_new = _customer(source, customer_id, customer)
        conversation = Conversation.start(person, source, actor, current_app.extensions["config"].locale)
        db.session.flush()
        db.session.add(_event(events.CONVERSATION_CREATED, conversation))
        if is_new:
            raise_event(events.USER_CREATED, person, conversation, {})
    return conversation


def _customer(source: str, customer_id: int | None, fields: Mapping[str, object] | None) -> tuple[Customer, bool]:
    if customer_id is not None:
        known = db.session.get(Customer, customer_id)
        if known is None:
            raise Invalid("customer_id", N_("there is no such customer"))
        return known, False
    given = dict(fields or {})
    tags = [str(tag) for tag in given.pop("tags", None) or []]  # type: ignore[attr-defined]
    source_id = given.pop("source_id", None)
    source = str(given.pop("source", None) or source)
    texts = {name: str(value) for name, value in given.items() if value is not None}
    return find_or_make(texts, source, str(source_id) if source_id is not None else None, tags)


def redirect(conversation_id: str, destination: str, actor: Actor, epoch: int | None = None) -> Conversation:
    """Redirects it; `epoch`, where given, is the one that the asker saw. Raises NotFound, Invalid, Conflict."""
    found = destinations.find(destination)
    if found is None:
        known = ", ".join(d.value for d in destinations.DESTINATIONS)
        raise Invalid("destination", NOT_A_DESTINATION, value=destination[:60], choices=known)
    return _change(conversation_id, epoch, lambda c: c.redirect(found, actor))


def take_over(conversation_id: str, actor: Actor, department: str, epoch: int | None = None) -> Conversation:
    """A person takes the conversation. Raises NotFound, Conflict."""
    return _change(conversation_id, epoch, lambda c: c.take_over(actor, department))


def close(conversation_id: str, actor: Actor, epoch: int | None = None) -> Conversation:
    """Closes it, which raises `CONVERSATION_CLOSED`. Raises NotFound, Conflict."""

    def close_it(conversation: Conversation) -> None:
        if conversation.close(actor):
            db.session.add(_event(events.CONVERSATION_CLOSED, conversation))

    return _change(conversation_id, epoch, close_it)


def set_ai(conversation_id: str, enabled: bool, actor: Actor, epoch: int | None = None) -> Conversation:
    """Switches the AI flag and leaves the owner. Raises NotFound, Conflict."""
    return _change(conversation_id, epoch, lambda c: c.enable_ai(actor) if enabled else c.silence_ai(actor))


def reply(
    conversation_id: str,
    content: str,
    actor: Actor,
    department: str = destinations.SUPPORT,
    epoch: int | None = None,
    form_key: str = "",
) -> Message:
    """An operator's word: it takes the conversation over in the same transaction (P8). Raises NotFound, Conflict.

    `form_key`, where given, names the form it was written in: the same words from it once more are stored once.
    """
    with transaction():
        conversation = locked(conversation_id)
        digest = _digest("reply", form_key, content)
        if digest and (known := Message.of_form(conversation_id, digest)):
            return known
        _refuse_stale(conversation, epoch)
        message = conversation.reply(content, actor)
        message.form_key = digest
        conversation.take_over(actor, department)
        db.session.flush()
        event = _event(events.MESSAGE_SENT, conversation)
        event.message_id, event.data = message.id, {"content": content, "sender": "operator"}
        db.session.add(event)
    return message


def note(conversation_id: str, content: str, actor: Actor, form_key: str = "") -> Message:
    """A private note; `form_key` as in `reply`. Raises NotFound."""
    with transaction():
        conversation = locked(conversation_id)
        digest = _digest("note", form_key, content)
        if digest and (known := Message.of_form(conversation_id, digest)):
            return known
        message = conversation.note(content, actor)
        message.form_key = digest
    return message


def _digest(kind: str, form_key: str, content: str) -> str | None:
    # With the words: a page from the browser's memory may hold an old key and say something new.
    text = f"{kind} {form_key} {content}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:40] if form_key else None


def locked(conversation_id: str, epoch: int | None = None) -> Conversation:
    """The conversation under its lock; raises NotFound, and Conflict where `epoch` is not its present one (P23)."""
    conversation = Conversation.locked(conversation_id)
    if conversation is None:
        raise NotFound(N_("there is no such conversation"))
    _refuse_stale(conversation, epoch)
    return conversation


def _refuse_stale(conversation: Conversation, epoch: int | None) -> None:
    if epoch is not None and epoch != conversation.epoch:
        raise Conflict(STALE, conversation=conversation)


def _change(conversation_id: str, epoch: int | None, verb: Callable[[Conversation], object]) -> Conversation:
    with transaction():
        conversation = locked(conversation_id, epoch)
        verb(conversation)
    return conversation


def _event(event_type: str, conversation: Conversation) -> Event:
    return Event(
        event_type=event_type,
        conversation_id=conversation.id,
        customer_id=conversation.customer_id,
        data={},
        chain=[],
    )
