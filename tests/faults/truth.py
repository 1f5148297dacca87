"""What must hold of a conversation whatever happened: read from its rows, and from Redis."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.mirror import keys
from fikoadmin.models import messages
from fikoadmin.models.conversations import ACTIVE
from fikoadmin.models.history import ConversationEvent
from fikoadmin.models.messages import Message
from tests import services
from tests.faults.chance import wait_until
from tests.faults.ground import history, shown

# The promise is 5 s; a slow machine is given more, and never a wrong value.
MIRROR_SECONDS = 15.0


def epochs_without_a_gap(conversation_id: str) -> None:
    """P1: each change follows from the one before, and the row is what the last one made it."""
    events, row = history(conversation_id), shown(conversation_id)
    assert [event.epoch for event in events] == list(range(1, len(events) + 1))
    for before, after in zip(events, events[1:], strict=False):
        assert _new(before) == (after.old_status, after.old_ai_enabled, after.old_destination)
        assert _new(before) != _new(after)
    assert (*_new(events[-1]), events[-1].epoch) == (row.status, row.ai_enabled, row.destination, row.epoch)
    assert all(event.new_status == ACTIVE for event in events if event.new_ai_enabled)


def _new(event: ConversationEvent) -> tuple[str, bool, str]:
    return event.new_status, event.new_ai_enabled, event.new_destination


def mirrored(redis: services.Redis, url: str, conversation_id: str, seconds: float = MIRROR_SECONDS) -> None:
    """P5: the key says what the row says."""
    row = shown(conversation_id)
    right = json.loads(keys.value(row.ai_enabled, row.epoch, row.custom_prompt))
    with redis.client(url) as client:
        wait_until(lambda: _held(client.get(keys.key(conversation_id))) == right, f"the key says {right}", seconds)


def _held(value: bytes | str | None) -> object:
    try:
        return json.loads(value or "null")
    except ValueError:
        return None


def answers_fenced(conversation_id: str) -> None:
    """P2: each answer was sent in the epoch under which it was asked for, while the AI was enabled.

    The answers begin with that epoch (`Stamped`). Messages and changes of owner are both written under the
    conversation's lock, so their times are in the order of their commits.
    """
    events = history(conversation_id)
    for message in said(conversation_id):
        if message.type == messages.AI_MESSAGE:
            owner = [event for event in events if event.created_at <= message.created_at][-1]
            assert owner.new_ai_enabled, f"the AI spoke after {owner.kind}"
            asked = int(message.content.split(":")[0])
            assert asked == owner.epoch, f"asked for in epoch {asked}, sent in {owner.epoch}"


def one_answer_a_stretch(conversation_id: str) -> None:
    """P10: nobody is answered by the AI who has not written since the last answer."""
    unanswered = False
    for message in said(conversation_id):
        if message.type == messages.AI_MESSAGE:
            assert unanswered, "a second answer to the same stretch"
        unanswered = message.type == messages.CUSTOMER


def nothing_consumed(conversation_id: str) -> None:
    """P4: what nobody has answered is unanswered, and so listed; P10: and the AI has answered where it had to.

    Switching the AI on again answers what comes from then on; only a redirect answers what came before.
    """
    row, last = shown(conversation_id), said(conversation_id)[-1]
    is_unanswered = last.type == messages.CUSTOMER
    assert row.unanswered_message_id == (last.id if is_unanswered else None)
    assert (row.unanswered_since is not None) == is_unanswered
    if is_unanswered and row.ai_may_reply:
        owner = history(conversation_id)[-1]
        assert owner.kind == "enable", "the AI owes an answer"
        assert owner.created_at > last.created_at, "the AI owes an answer"


def said(conversation_id: str) -> Sequence[Message]:
    """What was said to and by the customer, workflows aside, oldest first."""
    db.session.rollback()  # on SQLite an open reading transaction sees nothing new
    kinds = (messages.CUSTOMER, messages.AI_MESSAGE, messages.OPERATOR_MESSAGE)
    return db.session.scalars(
        select(Message)
        .where(Message.conversation_id == conversation_id, Message.type.in_(kinds), Message.superseded.is_(False))
        .order_by(Message.id)
    ).all()
