"""The kinds of nodes and connections, and the fields that each has in the export format.

The draft editor, the reader, the writer and the interpreter share this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal, TypeAlias

Shape: TypeAlias = Literal[
    "text",
    "texts",
    "choice",
    "destination",
    "flag",
    "count",
    "number",
    "moment",
    "day",
    "clock",
    "list",
    "object",
    "conditions",
]

CONNECTION_TYPES: Mapping[str, tuple[str, ...]] = {
    "when": ("success",),
    "condition": ("success", "failure"),
    "action": ("success", "failure"),
    "waiting": ("success", "failure", "timeout", "skip"),
}
ALL_CONNECTION_TYPES = CONNECTION_TYPES["waiting"]
NODE_TYPES = tuple(CONNECTION_TYPES)

WHEN_TYPES = ("receive_message", "add_tag", "new_customer", "scheduled", "instagram_comment")
ACTION_TYPES = (
    "send_message",
    "redirect_conversation",
    "add_tag",
    "remove_tag",
    "delay",
    "transfer_to_human",
    "control_ai_response",
    "update_ai_context",
    "webhook",
    "send_email",
    "set_conversation_status",
    "add_note",
    "custom_code",
    "instagram_comment_dm_reply",
)
STORAGE_TYPES = ("text", "email", "phone", "number", "date", "choice")
AI_CONTROL_ACTIONS = ("enable", "disable", "custom_prompt", "reset_context")
SCHEDULE_FREQUENCIES = ("once", "daily", "weekly", "monthly", "yearly")
UNITS = ("seconds", "minutes", "hours", "days")
WEBHOOK_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
CONVERSATION_STATUSES = ("active", "support_active", "marketing_active", "closed")
WORKFLOW_STATUSES = ("DRAFT", "ACTIVE", "PAUSED", "ARCHIVED")
COMBINATIONS = ("and", "or")

NOT_RUN = frozenset({"custom_code", "instagram_comment_dm_reply"})
"""Action types that are imported and exported untouched, but not run."""

SUSPENDING = frozenset({"condition", "waiting", "delay", "webhook", "send_email"})
"""Kinds at which an execution may stop until later."""

NAME_LENGTH = 200
TITLE_LENGTH = 200
TAG_LENGTH = 100
COUNT_MAX = 2**31 - 1
"""The largest whole number of a document's fields: what an integer column takes."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the export format: its shape, its default, and for texts the greatest length.

    An `optional` one is left out of an export where the import did not have it: older documents lack it.
    """

    shape: Shape
    default: Any
    choices: tuple[str, ...] = ()
    length: int | None = None
    nullable: bool = False
    optional: bool = False


def _text(default: str = "", length: int | None = None) -> Field:
    return Field("text", default, length=length)


def _choice(default: str | None, choices: tuple[str, ...]) -> Field:
    return Field("choice", default, choices=choices, nullable=default is None)


NODE_FIELDS: Mapping[str, Field] = {
    "title": _text(length=TITLE_LENGTH),
    "position_x": Field("number", 0),
    "position_y": Field("number", 0),
    "configuration": Field("object", {}),
    "is_active": Field("flag", True),
}
"""The fields of every node besides `id` and `node_type`."""

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "when": {
        "when_type": _choice("receive_message", WHEN_TYPES),
        "keywords": Field("texts", []),
        "tags": Field("texts", [], length=TAG_LENGTH),
        "channels": Field("texts", []),
        "schedule_frequency": _choice(None, SCHEDULE_FREQUENCIES),
        "schedule_start_date": Field("day", None, nullable=True),
        "schedule_time": Field("clock", None, nullable=True),
    },
    "condition": {
        "combination_operator": _choice("or", COMBINATIONS),
        "conditions": Field("conditions", []),
    },
    "action": {
        "action_type": _choice("send_message", ACTION_TYPES),
        "message_content": _text(),
        "key_values": Field("list", [], optional=True),
        "redirect_destination": Field("destination", ""),
        "tag_name": _text(length=TAG_LENGTH),
        "delay_amount": Field("count", 0),
        "delay_unit": _choice("minutes", UNITS),
        "ai_control_action": _choice("", ("", *AI_CONTROL_ACTIONS)),
        "ai_custom_prompt": _text(),
        "ai_context_data": Field("object", {}),
        "webhook_url": _text(),
        "webhook_method": _choice("POST", WEBHOOK_METHODS),
        "webhook_headers": Field("object", {}),
        "webhook_payload": Field("object", {}),
        "custom_code": _text(),
    },
    "waiting": {
        "storage_type": _choice("text", STORAGE_TYPES),
        "customer_message": _text(),
        "key_values": Field("list", [], optional=True),
        "error_message": _text(),
        "choice_options": Field("texts", []),
        "allowed_errors": Field("count", 3),
        "exit_keywords": Field("texts", []),
        "response_time_limit_enabled": Field("flag", True),
        "response_timeout_amount": Field("count", 30),
        "response_timeout_unit": _choice("minutes", UNITS),
    },
}
"""The further fields of each node type."""

WORKFLOW_FIELDS: Mapping[str, Field] = {
    "name": _text("Imported workflow", length=NAME_LENGTH),
    "description": _text(),
    "status": _choice("DRAFT", WORKFLOW_STATUSES),
    "ui_settings": Field("object", {}),
    "edges": Field("list", []),
    "max_executions": Field("count", 0),
    "delay_between_executions": Field("count", 0),
    "start_date": Field("moment", None, nullable=True),
    "end_date": Field("moment", None, nullable=True),
}

OLDER_PARTS = ("triggers", "actions", "conditions", "trigger_associations", "workflow_actions")
"""Top-level lists of earlier systems: kept, and reported where not empty."""


def fields_of(node_type: str) -> dict[str, Field]:
    """Every field of a node of that type besides `id` and `node_type`."""
    return {**NODE_FIELDS, **FIELDS[node_type]}


def defaults(node_type: str) -> dict[str, Any]:
    """A new node of that type without an id, every field at its default."""
    return {"node_type": node_type} | {name: deepcopy(f.default) for name, f in fields_of(node_type).items()}


def kind(node: Mapping[str, Any]) -> str:
    """What a node does, in one word: its when or action type, else its node type."""
    node_type = str(node["node_type"])
    return str(node.get(f"{node_type}_type", node_type))


SECONDS: Mapping[str, int] = {"seconds": 1, "minutes": 60, "hours": 3_600, "days": 86_400}
LONGEST_SPAN = timedelta(days=366)
"""No node waits longer: what an operator meant by a century is a slip of the finger."""


def span(node: Mapping[str, Any], amount: str, unit: str) -> timedelta:
    """How long two of its fields say, at most LONGEST_SPAN; nothing where they say nothing."""
    seconds = (node.get(amount) or 0) * SECONDS.get(str(node.get(unit)), 60)
    return min(timedelta(seconds=min(seconds, 10 * LONGEST_SPAN.total_seconds())), LONGEST_SPAN)


# The format names no field for these; other systems write them under one of these names.
STATUS_NAMES = ("status", "new_status", "conversation_status")
NOTE_NAMES = ("note", "note_content", "content", "message_content")


def new_status(node: Mapping[str, Any]) -> str:
    """The status that a `set_conversation_status` node sets; empty where none is chosen."""
    return _named_text(node, STATUS_NAMES)


def note_text(node: Mapping[str, Any]) -> str:
    """The text that an `add_note` node writes, placeholders not filled; empty where there is none."""
    return _named_text(node, NOTE_NAMES)


# The parts of a `send_email` node, each with the names that it may have.
EMAIL_NAMES: Mapping[str, tuple[str, ...]] = {
    "to": ("email_to", "to", "to_email", "recipient", "recipients", "email"),
    "subject": ("email_subject", "subject"),
    "text": ("email_body", "body", "email_content", "content", "message_content"),
}


def email_part(node: Mapping[str, Any], part: str) -> str:
    """`to`, `subject` or `text` of a `send_email` node, placeholders not filled; empty where there is none."""
    return _named_text(node, EMAIL_NAMES[part])


def _named_text(node: Mapping[str, Any], names: tuple[str, ...]) -> str:
    values = (part.get(name) for part in (node["configuration"], node) for name in names)
    return next((value for value in values if isinstance(value, str) and value.strip()), "")
