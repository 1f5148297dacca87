"""The action kinds that run, one function each: `(node, context) → Outcome`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .. import destinations
from ..clock import now
from ..errors import Conflict
from ..models import conversations, jobs, waits
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import CONVERSATION_CLOSED, TAG_ADDED, TAG_REMOVED
from ..words import N_
from . import kinds
from .buttons import buttons_of
from .calls import send_email, webhook
from .context import Context
from .outcomes import EMPTY_MESSAGE, NO_CONVERSATION, Outcome, Suspended, done, failed

Node = Mapping[str, Any]
Action = Callable[[Node, Context], Outcome | Suspended]
OnConversation = Callable[[Node, Context, Conversation], Outcome]

NO_CUSTOMER = N_("no customer")
EMPTY_TAG = N_("the tag is empty")
UNKNOWN_DESTINATION = N_("this release does not know the destination")
UNKNOWN_STATUS = N_("this release does not know the status")
UNKNOWN_AI_CONTROL = N_("this release does not know the AI control action")


def on_conversation(action: OnConversation) -> Action:
    """An action that fails where there is no conversation."""

    def checked(node: Node, context: Context) -> Outcome:
        if context.conversation is None:
            return failed(NO_CONVERSATION)
        return action(node, context, context.conversation)

    return checked


def _redirect(value: str, context: Context, conversation: Conversation) -> Outcome:
    destination = destinations.find(value)
    if destination is None:
        return failed(UNKNOWN_DESTINATION, destination=value)
    old = owner(conversation)
    changed = conversation.redirect(destination, context.actor)
    return done(changed, destination=value, old=old, new=owner(conversation))


def owner(conversation: Conversation) -> dict[str, Any]:
    """Status, flag, destination and epoch, as a step shows them."""
    return {name: getattr(conversation, name) for name in ("status", "ai_enabled", "destination", "epoch")}


@on_conversation
def redirect_conversation(node: Node, context: Context, conversation: Conversation) -> Outcome:
    return _redirect(node.get("redirect_destination") or "", context, conversation)


@on_conversation
def transfer_to_human(node: Node, context: Context, conversation: Conversation) -> Outcome:
    return _redirect(destinations.SUPPORT, context, conversation)


@on_conversation
def set_conversation_status(node: Node, context: Context, conversation: Conversation) -> Outcome:
    status = kinds.new_status(node)
    redirects = {conversations.ACTIVE: destinations.AI, conversations.SUPPORT_ACTIVE: destinations.SUPPORT}
    if status in redirects:
        return _redirect(redirects[status], context, conversation)
    verbs = {
        conversations.MARKETING_ACTIVE: conversation.start_campaign,
        conversations.CLOSED: conversation.close,
    }
    if status not in verbs:
        return failed(UNKNOWN_STATUS, status=status)
    old = owner(conversation)
    changed = verbs[status](context.actor)
    if changed and status == conversations.CLOSED:
        context.emit(CONVERSATION_CLOSED, {})
    return done(changed, old=old, new=owner(conversation))


@on_conversation
def control_ai_response(node: Node, context: Context, conversation: Conversation) -> Outcome:
    control = node.get("ai_control_action")
    if control == "custom_prompt":
        return done(conversation.set_prompt(context.fill(node.get("ai_custom_prompt") or "")))
    if control == "reset_context":
        conversation.reset_context()
        return done(True)
    old = owner(conversation)
    if control == "disable":
        return done(conversation.silence_ai(context.actor), old=old, new=owner(conversation))
    if control != "enable":
        return failed(UNKNOWN_AI_CONTROL)
    try:
        return done(conversation.enable_ai(context.actor), old=old, new=owner(conversation))
    except Conflict as refusal:
        return failed(refusal.message)


@on_conversation
def update_ai_context(node: Node, context: Context, conversation: Conversation) -> Outcome:
    data = context.fill_data(node.get("ai_context_data") or {})
    return done(conversation.update_context(data), keys=sorted(data))


@on_conversation
def send_message(node: Node, context: Context, conversation: Conversation) -> Outcome:
    content = context.fill(node.get("message_content") or "")
    buttons = buttons_of(node, context)
    if conversation.tell(content, context.actor, buttons) is None:
        return failed(EMPTY_MESSAGE)
    context.reacted = True
    return done(True, content=content, buttons=buttons)


@on_conversation
def add_note(node: Node, context: Context, conversation: Conversation) -> Outcome:
    content = context.fill(kinds.note_text(node))
    if not content:
        return failed(EMPTY_MESSAGE)
    conversation.note(content, context.actor)
    return done(True, content=content)


def _change_tag(verb: Callable[[Customer, str], bool], event_type: str) -> Action:
    def change(node: Node, context: Context) -> Outcome:
        if context.customer is None:
            return failed(NO_CUSTOMER)
        tag = context.fill(node.get("tag_name") or "").strip()[: kinds.TAG_LENGTH]
        if not tag:
            return failed(EMPTY_TAG)
        changed = verb(context.customer, tag)
        if changed:
            context.emit(event_type, {"tag": tag})
        return done(changed, tag=tag)

    return change


def delay(node: Node, context: Context) -> Outcome | Suspended:
    pause = kinds.span(node, "delay_amount", "delay_unit")
    return Suspended(waits.DELAY, jobs.END_WAIT, {}, now() + pause) if pause else done(False)


ACTIONS: Mapping[str, Action] = {
    "redirect_conversation": redirect_conversation,
    "transfer_to_human": transfer_to_human,
    "set_conversation_status": set_conversation_status,
    "control_ai_response": control_ai_response,
    "update_ai_context": update_ai_context,
    "send_message": send_message,
    "add_note": add_note,
    "add_tag": _change_tag(Customer.add_tag, TAG_ADDED),
    "remove_tag": _change_tag(Customer.remove_tag, TAG_REMOVED),
    "delay": delay,
    "webhook": webhook,
    "send_email": send_email,
}
