"""The words on the page for stored values: one table per kind of value, its Persian in the catalogue.

The kind is the translation's context, because one English word can be two Persian ones: a waiting execution
is not a waiting node. A value that this release does not know (written by a newer one) is shown as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from flask import Flask
from flask_babel.speaklater import LazyString

from .. import destinations
from ..words import PATTERNS
from .formats import format_digits
from .language import gettext, page_language
from .language import lazy_pgettext as p

Table = Mapping[str, LazyString]

STATUSES: Table = {
    "active": p("status", "Active"),
    "support_active": p("status", "Support active"),
    "marketing_active": p("status", "Marketing active"),
    "closed": p("status", "Closed"),
}
EVENT_TYPES: Table = {
    "MESSAGE_RECEIVED": p("event", "Message received"),
    "MESSAGE_SENT": p("event", "Message sent"),
    "CONVERSATION_CREATED": p("event", "Conversation created"),
    "CONVERSATION_CLOSED": p("event", "Conversation closed"),
    "USER_CREATED": p("event", "New customer"),
    "USER_UPDATED": p("event", "Customer updated"),
    "TAG_ADDED": p("event", "Tag added"),
    "TAG_REMOVED": p("event", "Tag removed"),
    "SCHEDULED": p("event", "Scheduled"),
    "WEBHOOK": p("event", "Webhook"),
    "INSTAGRAM_COMMENT": p("event", "Instagram comment"),
    "MANUAL": p("event", "Started by hand"),
}
EXECUTION_STATUSES: Table = {
    "RUNNING": p("execution", "Running"),
    "WAITING": p("execution", "Waiting"),
    "COMPLETED": p("execution", "Completed"),
    "FAILED": p("execution", "Failed"),
    "CANCELLED": p("execution", "Cancelled"),
    "SKIPPED": p("execution", "Skipped"),
}
WORKFLOW_STATUSES: Table = {
    "DRAFT": p("workflow", "Draft"),
    "ACTIVE": p("workflow", "Active"),
    "PAUSED": p("workflow", "Paused"),
    "ARCHIVED": p("workflow", "Archived"),
}
OUTCOMES: Table = {
    "passed": p("outcome", "Passed"),
    "changed": p("outcome", "Changed"),
    "already": p("outcome", "Already so"),
    "skipped": p("outcome", "Skipped"),
    "failed": p("outcome", "Failed"),
    "unfinished": p("outcome", "Unfinished"),
}
BULK_STATES: Table = {
    "ready": p("bulk", "Ready"),
    "running": p("bulk", "Running"),
    "finished": p("bulk", "Finished"),
    "cancelled": p("bulk", "Cancelled"),
}
BULK_VERBS: Table = {
    "cancel": p("bulk", "Cancel"),
    "retry": p("bulk", "Run again"),
    "retry_live": p("bulk", "Run again on the live version"),
}
MESSAGE_TYPES: Table = {
    "customer": p("message", "Customer"),
    "AI": p("message", "AI Assistant"),
    "support": p("message", "Operator"),
    "marketing": p("message", "Workflow"),
    "note": p("message", "Private note"),
}
ROLES: Table = {
    "viewer": p("role", "Viewer"),
    "operator": p("role", "Operator"),
    "administrator": p("role", "Administrator"),
}
NODE_TYPES: Table = {
    "when": p("node", "When"),
    "condition": p("node", "Condition"),
    "action": p("node", "Action"),
    "waiting": p("node", "Waiting"),
}
CONNECTION_TYPES: Table = {
    "success": p("connection", "Success"),
    "failure": p("connection", "Failure"),
    "timeout": p("connection", "Timeout"),
    "skip": p("connection", "Skip"),
}
WHEN_TYPES: Table = {
    "receive_message": p("when", "A message arrives"),
    "add_tag": p("when", "A tag is added"),
    "new_customer": p("when", "A new customer"),
    "scheduled": p("when", "At a set time"),
    "instagram_comment": p("when", "A comment on Instagram"),
}
ACTION_TYPES: Table = {
    "send_message": p("action", "Send message"),
    "redirect_conversation": p("action", "Redirect conversation"),
    "add_tag": p("action", "Add tag"),
    "remove_tag": p("action", "Remove tag"),
    "delay": p("action", "Delay"),
    "transfer_to_human": p("action", "Transfer to a human"),
    "control_ai_response": p("action", "Control AI response"),
    "update_ai_context": p("action", "Update AI context"),
    "webhook": p("action", "Call a webhook"),
    "send_email": p("action", "Send e-mail"),
    "set_conversation_status": p("action", "Set conversation status"),
    "add_note": p("action", "Add private note"),
    "custom_code": p("action", "Custom code"),
    "instagram_comment_dm_reply": p("action", "Answer an Instagram comment"),
}
AI_CONTROL_ACTIONS: Table = {
    "enable": p("ai control", "Switch the AI on"),
    "disable": p("ai control", "Switch the AI off"),
    "custom_prompt": p("ai control", "Give the AI an instruction"),
    "reset_context": p("ai control", "Begin a new AI context"),
}
CONDITION_TYPES: Table = {
    "message": p("condition", "Message text"),
    "ai": p("condition", "Question to the AI"),
    "user": p("condition", "Customer"),
    "tag": p("condition", "Tag"),
    "time": p("condition", "Time"),
    "custom": p("condition", "Field"),
}
OPERATORS: Table = {
    "equals_to": p("operator", "is"),
    "not_equal": p("operator", "is not"),
    "start_with": p("operator", "starts with"),
    "end_with": p("operator", "ends with"),
    "equals": p("operator", "is exactly"),
    "not_equals": p("operator", "is not exactly"),
    "contains": p("operator", "contains"),
    "not_contains": p("operator", "does not contain"),
    "icontains": p("operator", "contains (any letter case)"),
    "starts_with": p("operator", "starts with exactly"),
    "istarts_with": p("operator", "starts with (any letter case)"),
    "ends_with": p("operator", "ends with exactly"),
    "iends_with": p("operator", "ends with (any letter case)"),
    "in": p("operator", "is one of"),
    "not_in": p("operator", "is none of"),
    "is_null": p("operator", "is not known"),
    "is_not_null": p("operator", "is known"),
    "is_empty": p("operator", "is empty"),
    "is_not_empty": p("operator", "is not empty"),
    "greater": p("operator", "is greater than"),
    "greater_equal": p("operator", "is at least"),
    "less": p("operator", "is less than"),
    "less_equal": p("operator", "is at most"),
    "between": p("operator", "is between"),
    "not_between": p("operator", "is not between"),
    "matches_regex": p("operator", "matches the pattern"),
}
CHANNELS: Table = {
    "telegram": p("channel", "Telegram"),
    "instagram": p("channel", "Instagram"),
    "web": p("channel", "Web site"),
    "api": p("channel", "API"),
    "test": p("channel", "Test"),
    "all": p("channel", "All channels"),
}
ERROR_TITLES: Table = {
    "400": p("error", "This request could not be understood"),
    "403": p("error", "You do not have permission for this"),
    "404": p("error", "There is nothing here"),
    "405": p("error", "This address cannot be used that way"),
    "409": p("error", "Something changed in the meantime"),
    "413": p("error", "That is too large"),
    "422": p("error", "Something in the form is not right"),
    "429": p("error", "Too many requests"),
    "500": p("error", "Something went wrong on our side"),
    "503": p("error", "Not available for a moment"),
}
ERROR_TEXTS: Table = {
    "400": p("error", "The page may have been open for a long time. Go back, reload it and try again."),
    "403": p("error", "An administrator can change your role."),
    "404": p("error", "It may have been deleted, or the address has a typing error."),
    "405": p("error", "Go back and use the buttons on the page."),
    "409": p("error", "Nothing was changed. Look at how it is now, then decide again."),
    "413": p("error", "Nothing was changed. Try again with a smaller file."),
    "422": p("error", "Nothing was changed. Go back, correct it and send it again."),
    "429": p("error", "Wait a minute, then try again."),
    "500": p("error", "The fault is in the log. Try again; if it stays, tell your administrator."),
    "503": p("error", "Nothing is lost. Reload the page in a few seconds."),
}
TABLES: Mapping[str, Table] = {
    "status": STATUSES,
    "event_type": EVENT_TYPES,
    "execution_status": EXECUTION_STATUSES,
    "workflow_status": WORKFLOW_STATUSES,
    "outcome": OUTCOMES,
    "bulk_state": BULK_STATES,
    "bulk_verb": BULK_VERBS,
    "message_type": MESSAGE_TYPES,
    "role": ROLES,
    "node_type": NODE_TYPES,
    "connection_type": CONNECTION_TYPES,
    "when_type": WHEN_TYPES,
    "action_type": ACTION_TYPES,
    "ai_control_action": AI_CONTROL_ACTIONS,
    "condition_type": CONDITION_TYPES,
    "operator": OPERATORS,
    "channel": CHANNELS,
    "error_title": ERROR_TITLES,
    "error_text": ERROR_TEXTS,
}


def init_app(app: Flask) -> None:
    """Gives every template `label(kind, value)`, `label_reason(reason)` and the words of destinations."""
    app.jinja_env.globals.update(
        label=label,
        label_reason=label_reason,
        labels=TABLES,
        destination_label=destination_label,
        destination_sentence=destination_sentence,
        destination_choices=destination_choices,
        is_known_destination=is_known_destination,
    )


def label(kind: str, value: str | None) -> str:
    """The reader's word for a value of that kind (a key of TABLES); an unknown value as it is."""
    return _label(page_language(), kind, value or "")


@lru_cache(maxsize=2048, typed=True)
def _label(_language: str, kind: str, value: str) -> str:
    known = TABLES[kind].get(value)
    return str(known) if known is not None else value


def label_reason(reason: str | None) -> str:
    """A stored reason in the reader's language; one that the catalogue does not know as it is."""
    if not reason:
        return ""
    for text, shape in PATTERNS.items():
        if found := shape.fullmatch(reason):
            return str(gettext(text)) % {name: label_value(value) for name, value in found.groupdict().items()}
    return str(gettext(reason))


def label_value(value: str) -> str:
    """What stands in a place of such a text: a number in the reader's digits, a text that may be a reason itself."""
    return format_digits(value) if value.isdigit() else label_reason(value)


def is_known_destination(value: str | None) -> bool:
    """Whether this release can redirect there."""
    return destinations.find(value) is not None


def destination_label(value: str | None) -> str:
    """The destination's name in the reader's language; an unknown one as it is."""
    known = destinations.find(value)
    return str(gettext(known.label)) if known else value or ""


def destination_choices() -> list[tuple[str, str]]:
    """(value, label) of every destination in its fixed order, for a dropdown."""
    return [(d.value, destination_label(d.value)) for d in destinations.DESTINATIONS]


def destination_sentence(value: str | None) -> str:
    """What a redirect there will do, in one sentence; empty while nothing is chosen."""
    known = destinations.find(value)
    if known is None:
        return str(gettext("This release does not know this destination.")) if value else ""
    if known.to_people:
        return str(gettext("The conversation becomes support_active and the AI is off until a redirect back to it."))
    return str(gettext("The conversation becomes active and the AI is on; it answers a waiting message at once."))
