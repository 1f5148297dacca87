"""Every kind of node as the pages know it: icon, form, sentence, and what it is for. Adding a kind is one entry."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel.speaklater import LazyString
from markupsafe import Markup

from ... import destinations
from ...engine import kinds
from ..labels import label
from ..language import lazy_gettext as _
from ..language import page_language
from . import node_forms as forms
from . import sentences

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`look` is the colour of the icon's tile: what starts, asks, acts, waits, or changes who answers."""

    icon: str
    form: type[forms.NodeForm]
    written: Callable[[Node], Markup]
    purpose: LazyString
    look: str = "act"

    def sentence(self, node: Node) -> Markup:
        """What that node does, in the reader's language."""
        return _sentence(self.written, page_language(), _as_key(node))


_as_key = json.JSONEncoder(default=str).encode


@lru_cache(maxsize=2_000)
def _sentence(written: Callable[[Node], Markup], _language: str, node: str) -> Markup:
    # A page shows dozens of them, twice: as a line and in the drawing. The next page shows the same ones.
    return written(json.loads(node))


KINDS: Mapping[tuple[str, str], Kind] = {
    ("when", "receive_message"): Kind(
        "messages", forms.Message, sentences.receive_message,
        _("Starts with a customer's message: any, or one with certain words"), "start",
    ),
    ("when", "new_customer"): Kind(
        "user-plus", forms.NodeForm, sentences.new_customer, _("Starts when a customer writes for the first time"),
        "start",
    ),
    ("when", "add_tag"): Kind(
        "tag", forms.TagAdded, sentences.tag_added, _("Starts when a customer is given a tag"), "start"
    ),
    ("when", "scheduled"): Kind(
        "calendar-time", forms.Schedule, sentences.scheduled, _("Starts once, or every day, week, month or year"),
        "start",
    ),
    ("when", "instagram_comment"): Kind(
        "brand-instagram", forms.NodeForm, sentences.instagram_comment, _("Starts with a comment on Instagram"),
        "start",
    ),
    ("condition", "condition"): Kind(
        "git-branch", forms.ConditionForm, sentences.condition,
        _("Asks about message, customer or conversation, and goes one of two ways"), "ask",
    ),
    ("action", "redirect_conversation"): Kind(
        "arrow-ramp-right", forms.Redirect, sentences.redirect_conversation,
        _("Hands the conversation to people, or back to the AI"), "owner",
    ),
    ("action", "send_message"): Kind(
        "message-circle", forms.SendMessage, sentences.send_message, _("Writes to the customer")
    ),
    ("action", "add_tag"): Kind("tag", forms.Tag, sentences.add_tag, _("Gives the customer a tag")),
    ("action", "remove_tag"): Kind("tag-off", forms.Tag, sentences.remove_tag, _("Takes a tag from the customer")),
    ("action", "control_ai_response"): Kind(
        "robot", forms.AiControl, sentences.control_ai_response,
        _("Switches the AI on or off in this conversation, or tells it what to heed"), "owner",
    ),
    ("action", "update_ai_context"): Kind(
        "brain", forms.AiContext, sentences.update_ai_context, _("Gives the AI facts for its answers")
    ),
    ("action", "add_note"): Kind("note", forms.Note, sentences.add_note, _("Leaves a note that only operators see")),
    ("action", "set_conversation_status"): Kind(
        "circle-dot", forms.Status, sentences.set_conversation_status,
        _("Closes the conversation, or sets another status"), "owner",
    ),
    ("action", "transfer_to_human"): Kind(
        "headset", forms.NodeForm, sentences.transfer_to_human, _("The same as a redirect to Support"), "owner"
    ),
    ("action", "delay"): Kind("clock-pause", forms.Delay, sentences.delay, _("Waits before it goes on"), "wait"),
    ("action", "webhook"): Kind("webhook", forms.Webhook, sentences.webhook, _("Calls another system")),
    ("action", "send_email"): Kind("mail", forms.Email, sentences.send_email, _("Sends an e-mail")),
    ("waiting", "waiting"): Kind(
        "hourglass", forms.WaitingForm, sentences.waiting, _("Asks the customer and waits for the answer"), "wait"
    ),
    ("action", "custom_code"): Kind("code", forms.Code, sentences.silent, _("Code of another system")),
    ("action", "instagram_comment_dm_reply"): Kind(
        "brand-instagram", forms.NodeForm, sentences.silent, _("Answers a comment of Instagram in a message")
    ),
}  # fmt: skip

UNKNOWN = Kind("help", forms.NodeForm, sentences.silent, _("A kind of node that this release does not know"))


def of(node: Node) -> Kind:
    """How the pages show that node."""
    return KINDS.get((node["node_type"], kinds.kind(node)), UNKNOWN)


def look_of(node: Node) -> str:
    """The colour of its tile; a redirect to the AI has the AI's."""
    leads_to_ai = kinds.kind(node) == "redirect_conversation" and node["redirect_destination"] == destinations.AI
    return "ai" if leads_to_ai else of(node).look


def name(node_type: str, kind: str) -> str:
    """The kind's name, as in "Send message"."""
    table = {"when": "when_type", "action": "action_type"}.get(node_type, "node_type")
    return label(table, kind)


def name_of(node: Node) -> str:
    return name(node["node_type"], kinds.kind(node))


def title_of(node: Node) -> str:
    """What operators call the node."""
    return str(node["title"]).strip() or name_of(node)


def choosable(node_type: str) -> list[str]:
    """The kinds of that type that one can choose for a node: all but those that are only kept."""
    return [kind for type_, kind in KINDS if type_ == node_type and kind not in kinds.NOT_RUN]


def type_field(node_type: str) -> str:
    """The export format's field that says the kind, empty where the type says it all."""
    return f"{node_type}_type" if node_type in ("when", "action") else ""
