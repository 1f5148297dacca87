"""The description of what `shapes` makes; a test holds the two together."""

from __future__ import annotations

from typing import Any

from marshmallow import INCLUDE, Schema, fields

from ..models import conversations, executions, messages, workflows
from .fields import Choice


def _text(**options: Any) -> fields.String:
    return fields.String(required=True, **options)


def _text_or_null() -> fields.String:
    return _text(allow_none=True)


def _time() -> fields.DateTime:
    return fields.DateTime(required=True)


def _time_or_null() -> fields.DateTime:
    return fields.DateTime(required=True, allow_none=True)


def _whole() -> fields.Integer:
    return fields.Integer(required=True)


def _whole_or_null() -> fields.Integer:
    return fields.Integer(required=True, allow_none=True)


def _flag() -> fields.Boolean:
    return fields.Boolean(required=True)


def _flag_or_null() -> fields.Boolean:
    return fields.Boolean(required=True, allow_none=True)


def _texts() -> fields.List[Any]:
    return fields.List(fields.String(), required=True)


def _many(schema: type[Schema]) -> fields.List[Any]:
    return fields.List(fields.Nested(schema), required=True)


def _one(schema: type[Schema]) -> fields.Nested:
    return fields.Nested(schema, required=True)


class Destination(Schema):
    value = _text()
    label = _text()


class Customer(Schema):
    id = _text()
    first_name = _text()
    last_name = _text()
    email = _text()
    phone_number = _text()
    username = _text()
    source = _text()
    source_id = _text_or_null()
    tags = _texts()
    created_at = _time()
    updated_at = _time()


class Conversation(Schema):
    id = _text()
    status = Choice(conversations.STATUSES, required=True)
    ai_enabled = _flag()
    ai_may_reply = _flag()
    destination = _text()
    epoch = _whole()
    customer = _one(Customer)
    source = _text()
    unanswered_since = _time_or_null()
    unanswered_reason = _text()
    created_at = _time()
    updated_at = _time()


class Message(Schema):
    id = _text()
    type = Choice(messages.TYPES, required=True)
    content = _text()
    buttons = fields.List(fields.Raw(), required=True)
    author = _text()
    superseded = _flag()
    superseded_reason = _text()
    execution_id = _text_or_null()
    created_at = _time()


class Owner(Schema):
    """Null before the first."""

    status = _text_or_null()
    ai_enabled = _flag_or_null()
    destination = _text_or_null()


class Actor(Schema):
    """Who or what made a change; a workflow names version, node and execution."""

    kind = _text()
    id = _text()
    label = _text()
    version = _whole_or_null()
    node_id = _text_or_null()
    execution_id = _text_or_null()


class ConversationEvent(Schema):
    id = _text()
    kind = _text()
    epoch = _whole()
    old = _one(Owner)
    new = _one(Owner)
    actor = _one(Actor)
    created_at = _time()


class Step(Schema):
    node_id = _text()
    node_type = _text()
    title = _text()
    outcome = _text_or_null()
    reason = _text()
    connection = _text_or_null()
    data = fields.Dict(required=True)
    started_at = _time()
    finished_at = _time_or_null()


class Execution(Schema):
    id = _text()
    status = Choice(executions.STATUSES, required=True)
    reason = _text()
    workflow_id = _text()
    version = _whole()
    conversation_id = _text_or_null()
    event_id = _text()
    retry_of = _text_or_null()
    started_at = _time()
    finished_at = _time_or_null()
    steps = _many(Step)


class Workflow(Schema):
    id = _text()
    name = _text()
    description = _text()
    status = Choice(workflows.STATUSES, required=True)
    order = _whole()
    revision = _whole()
    max_executions = _whole()
    delay_between_executions = _whole()
    start_date = _text_or_null()
    end_date = _text_or_null()
    version = _whole_or_null()
    created_at = _time()
    updated_at = _time()


class Imported(Schema):
    id = _text()
    name = _text()
    status = Choice(workflows.STATUSES, required=True)
    warnings = _texts()


class Document(Schema):
    """A bare document of the export format 1.0."""

    class Meta:
        unknown = INCLUDE

    workflow = fields.Dict(required=True)
    nodes = fields.List(fields.Dict(), required=True)
    connections = fields.List(fields.Dict(), required=True)
    export_metadata = fields.Dict(required=True)


class Receipt(Schema):
    event_id = _text()
    duplicate = _flag()
    executions = _texts()
    ai_reply = Choice(("queued", "none", "pending"), required=True)


class Reason(Schema):
    """Why a When node did not start; `expected` and `actual` are as the check saw them."""

    node_id = _text_or_null()
    reason = _text()
    expected = fields.Raw(required=True, allow_none=True)
    actual = fields.Raw(required=True, allow_none=True)


class Considered(Schema):
    workflow_id = _text()
    version = _whole()
    started = _flag()
    reasons = _many(Reason)


class ConsideredWorkflow(Considered):
    name = _text()


class Event(Schema):
    event_id = _text()
    event_type = _text()
    conversation_id = _text_or_null()
    user_id = _text_or_null()
    message_id = _text_or_null()
    data = fields.Dict(required=True)
    cut = _flag()
    # The execution whose waiting node took the message as its answer.
    taken_by = _text_or_null()
    executions = _texts()
    workflows = _many(Considered)
    created_at = _time()


class Finding(Schema):
    node_id = _text_or_null()
    code = _text()
    message = _text()


class FieldError(Schema):
    field = _text()
    message = _text()


class Problem(Schema):
    """RFC 9457; the last three where they apply."""

    type = _text()
    title = _text()
    status = _whole()
    detail = _text()
    errors = fields.List(fields.Nested(FieldError))
    findings = fields.List(fields.Nested(Finding))
    conversation = fields.Nested(Conversation)


def page_of(schema: type[Schema]) -> type[Schema]:
    """A page of a list; `next` is the cursor of the page after it, null at the end."""
    return Schema.from_dict({"items": _many(schema), "next": _text_or_null()}, name=f"{schema.__name__}Page")
