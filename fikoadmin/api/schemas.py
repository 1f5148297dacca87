"""What may be sent: each schema checks it, and the description is made of the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import EXCLUDE, INCLUDE, Schema, ValidationError, validates_schema

from ..models import conversations, events, executions
from ..services.customers import TAG_LENGTH
from ..services.events import INTAKE
from .fields import Anything, Choice, Filled, Flag, Items, Label, NumberId, Part, Switch, Text, Whole
from .paging import ListQuery

CONTENT_LENGTH = 100_000
EPOCH_MAX = 2**31 - 1
ID_LENGTH = 20
KEY_LENGTH = 200
TAGS = 100


class Sent(Schema):
    """Names that we do not know are ignored: other programs may send more."""

    class Meta:
        unknown = EXCLUDE


class PersonSent(Sent):
    first_name = Text(200, allow_none=True)
    last_name = Text(200, allow_none=True)
    email = Text(254, allow_none=True)
    phone_number = Text(40, allow_none=True)
    username = Text(200, allow_none=True)


class CustomerSent(PersonSent):
    source = Choice(conversations.SOURCES, allow_none=True)
    source_id = Text(200, 1, allow_none=True)
    tags = Items(Filled(TAG_LENGTH), TAGS, allow_none=True)


class TagSent(Sent):
    name = Filled(TAG_LENGTH, required=True)


class ConversationSent(Sent):
    """Either a known customer's id, or a customer to be made."""

    source = Choice(conversations.SOURCES, required=True)
    customer_id = NumberId()
    customer = Part(CustomerSent)

    @validates_schema
    def _one_customer(self, sent: Mapping[str, Any], **_: Any) -> None:
        if ("customer_id" in sent) == ("customer" in sent):
            raise ValidationError("give either customer_id or customer", "customer_id")


class MessageSent(Sent):
    content = Filled(CONTENT_LENGTH, required=True)
    note = Flag(load_default=False)


class RedirectSent(Sent):
    """`epoch` is the one that the asker saw; if it is not the present one, nothing is changed."""

    destination = Text(40, required=True)
    epoch = Whole(0, EPOCH_MAX, allow_none=True, load_default=None)


class TriggerSent(Sent):
    conversation_id = Text(ID_LENGTH, 1, required=True)


class EventSent(Sent):
    event_type = Choice(tuple(INTAKE), required=True)
    conversation_id = Text(ID_LENGTH, 1, allow_none=True, load_default=None)
    user_id = NumberId(allow_none=True, load_default=None)
    event_id = Label(KEY_LENGTH, allow_none=True, load_default=None)
    data = Anything(load_default=dict)


class EventData(Schema):
    """Of every event's `data`; whatever else is in it is kept."""

    class Meta:
        unknown = INCLUDE

    message_id = Label(KEY_LENGTH, allow_none=True)


class SpokenData(EventData):
    """Something that was said. An image or a voice message may come without text."""

    content = Text(CONTENT_LENGTH, allow_none=True)
    sender = Text(40, allow_none=True)
    sender_id = Label(60, allow_none=True)
    sender_name = Text(200, allow_none=True)


class PersonData(PersonSent, EventData):
    class Meta:
        unknown = INCLUDE


EVENT_DATA: Mapping[str, Schema] = {
    events.MESSAGE_RECEIVED: SpokenData(),
    events.MESSAGE_SENT: SpokenData(),
    events.USER_UPDATED: PersonData(),
    events.WEBHOOK: EventData(),
    events.INSTAGRAM_COMMENT: SpokenData(),
}


class OpenQuery(Sent):
    """What becomes of executions that are running or waiting when a workflow changes or ends."""

    open_executions = Choice(("finish", "stop"), load_default="finish")


class RetryQuery(Sent):
    version = Choice(("same", "live"), load_default="same")
    start = Choice(("start", "failed"), load_default="start")


class ConversationQuery(ListQuery):
    status = Choice(conversations.STATUSES)
    ai_enabled = Switch()
    destination = Text(40, 1)
    customer_id = NumberId()


class ExecutionQuery(ListQuery):
    workflow_id = NumberId()
    conversation_id = Text(ID_LENGTH, 1)
    status = Choice(executions.STATUSES)
