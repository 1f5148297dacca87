"""One sentence a node: what it waits for, asks or does, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ... import destinations
from ...engine import kinds
from ...engine.buttons import button_labels
from ...engine.condition_shape import combination, field_name, is_group
from ...engine.fields import ANSWERS
from ...models.conversations import ACTIVE, SUPPORT_ACTIVE
from ..formats import format_digits, format_number
from ..labels import destination_label, label
from ..language import gettext, lazy_gettext, ngettext, page_language
from .field_values import in_words
from .node_labels import FIELDS_SPOKEN, FREQUENCIES, ONE, UNITS, word
from .said import SHOWN_LENGTH, joined, listed, said, written

Node = Mapping[str, Any]

NO_VALUE = frozenset({"is_null", "is_not_null", "is_empty", "is_not_empty"})


# -- when ------------------------------------------------------------------------------------------------------------


def receive_message(node: Node) -> Markup:
    keywords = node.get("keywords") or []
    if keywords:
        start = said(gettext("Starts when a message contains one of: %(keywords)s"), keywords=listed(keywords))
    else:
        start = said(gettext("Starts with every message"))
    return joined(start, _tags(node), _channels(node))


def tag_added(node: Node) -> Markup:
    tags = node.get("tags") or []
    if not tags:
        return said(gettext("Starts when a tag is added; none is named yet"))
    start = said(gettext("Starts when the customer is given the tag: %(tags)s"), tags=listed(tags))
    return joined(start, _keywords(node), _channels(node))


def new_customer(node: Node) -> Markup:
    return said(gettext("Starts for each new customer"))


def scheduled(node: Node) -> Markup:
    frequency, at = node.get("schedule_frequency"), node.get("schedule_time")
    if not frequency:
        return said(gettext("Starts at a set time; none is chosen yet"))
    words = word(FREQUENCIES, frequency)
    if not at:
        return said(gettext("Starts %(frequency)s"), frequency=words)
    return said(gettext("Starts %(frequency)s at %(time)s"), frequency=words, time=format_digits(at))


def instagram_comment(node: Node) -> Markup:
    return said(gettext("Starts with a comment on Instagram"))


def _keywords(node: Node) -> Markup:
    keywords = node.get("keywords") or []
    return said(gettext("with one of: %(keywords)s"), keywords=listed(keywords)) if keywords else Markup()


def _tags(node: Node) -> Markup:
    tags = node.get("tags") or []
    return said(gettext("from customers with the tag: %(tags)s"), tags=listed(tags)) if tags else Markup()


def _channels(node: Node) -> Markup:
    channels = node.get("channels") or []
    if not channels or "all" in channels:
        return Markup()
    return said(gettext("on %(channels)s"), channels=listed([label("channel", channel) for channel in channels]))


# -- condition -------------------------------------------------------------------------------------------------------


def condition(node: Node) -> Markup:
    conditions = node.get("conditions") or []
    if not conditions:
        return said(gettext("Is always true: it has no conditions yet"))
    return said(gettext("Is it true that %(conditions)s?"), conditions=_combined(node, 2))


def guard(value: Any) -> Markup:
    """What a connection's extra condition, or any condition, asks."""
    if not isinstance(value, Mapping):
        return written(value)
    if is_group(value):
        return Markup("({})").format(_combined(value, 2))
    if value.get("type") == "ai":
        return said(gettext("the AI says yes to “%(prompt)s”"), prompt=value.get("prompt") or "…")
    return _comparison(value)


def _combined(group: Mapping[str, Any], most: int) -> Markup:
    conditions = group["conditions"] if isinstance(group.get("conditions"), list) else []
    word = gettext("or") if combination(group) == "or" else gettext("and")
    shown = Markup(f" {word} ").join(_inner(each) for each in conditions[:most])
    more = len(conditions) - most
    if more <= 0:
        return shown
    return said(gettext("%(conditions)s and %(count)s more"), conditions=shown, count=format_number(more))


def _inner(value: Any) -> Markup:
    if isinstance(value, Mapping) and is_group(value):
        count = len(value["conditions"]) if isinstance(value["conditions"], list) else 0
        shown = format_number(count)
        return Markup(
            ngettext("(a group of %(count)s condition)", "(a group of %(count)s conditions)", count, count=shown)
        )
    return guard(value)


def _comparison(value: Mapping[str, Any]) -> Markup:
    operator = str(value.get("operator") or "")
    field = field_name(value)
    what = said(gettext("the message")) if value.get("type") == "message" else _field_in_words(field)
    verb = Markup("{}").format(label("operator", operator) or "…")
    if operator in NO_VALUE:
        return said(gettext("%(field)s %(operator)s"), field=what, operator=verb)
    parts = {"field": what, "operator": verb, "value": _compared(field, value.get("value"))}
    return said(gettext("%(field)s %(operator)s “%(value)s”"), **parts)


def _field_in_words(field: str) -> Markup:
    if field.startswith(ANSWERS):
        return said(gettext("the answer to “%(title)s”"), title=field.removeprefix(ANSWERS))
    return written(word(FIELDS_SPOKEN, field) or "…")


def _compared(field: str, value: Any) -> Markup:
    if value in (None, "", []):
        return written("…")
    words = in_words(field, value)
    return listed(words) if isinstance(words, list) else written(words)


# -- action ----------------------------------------------------------------------------------------------------------


def send_message(node: Node) -> Markup:
    text = str(node.get("message_content") or "")
    start = said(gettext("Tells the customer: “%(text)s”"), text=text) if text.strip() else _text_missing()
    buttons = button_labels(node.get("key_values") or [])
    return joined(start, said(gettext("buttons: %(buttons)s"), buttons=listed(buttons)) if buttons else Markup())


def redirect_conversation(node: Node) -> Markup:
    return _redirect(node.get("redirect_destination") or "")


def transfer_to_human(node: Node) -> Markup:
    return _redirect(destinations.SUPPORT)


def _redirect(value: str) -> Markup:
    known = destinations.find(value)
    name = destination_label(value)
    if not value:
        return said(gettext("Redirects the conversation; no destination is chosen yet"))
    if known is None:
        return said(gettext("Redirects to %(destination)s, which this release does not know"), destination=name)
    status = _status(SUPPORT_ACTIVE if known.to_people else ACTIVE)
    if known.to_people:
        return said(gettext("To %(destination)s: becomes %(status)s, AI off"), destination=name, status=status)
    return said(gettext("To %(destination)s: becomes %(status)s, AI on"), destination=name, status=status)


def _status(value: str) -> Markup:
    """As logs and the API spell it; Persian has a word of its own for it."""
    if page_language() == "fa":
        return Markup("«{}»").format(label("status", value))
    return Markup("<code>{}</code>").format(value)


def add_tag(node: Node) -> Markup:
    tag = node.get("tag_name")
    return said(gettext("Gives the customer the tag %(tag)s"), tag=tag) if tag else _tag_missing()


def remove_tag(node: Node) -> Markup:
    tag = node.get("tag_name")
    return said(gettext("Takes the tag %(tag)s from the customer"), tag=tag) if tag else _tag_missing()


def _tag_missing() -> Markup:
    return said(gettext("No tag is named yet"))


def _text_missing() -> Markup:
    return said(gettext("No text is written yet"))


def control_ai_response(node: Node) -> Markup:
    control = str(node.get("ai_control_action") or "")
    if control == "custom_prompt":
        return said(gettext("Tells the AI: “%(prompt)s”"), prompt=node.get("ai_custom_prompt") or "…")
    return written(label("ai_control_action", control)) if control else said(gettext("Nothing is chosen yet"))


def update_ai_context(node: Node) -> Markup:
    facts = node.get("ai_context_data") or {}
    if not facts:
        return said(gettext("Tells the AI nothing yet"))
    return said(gettext("Lets the AI know: %(facts)s"), facts=listed([f"{key}: {facts[key]}" for key in facts]))


def set_conversation_status(node: Node) -> Markup:
    status = kinds.new_status(node)
    if not status:
        return said(gettext("No status is chosen yet"))
    return said(gettext("The conversation becomes %(status)s"), status=_status(status))


def add_note(node: Node) -> Markup:
    text = kinds.note_text(node)
    return said(gettext("Notes for operators only: “%(text)s”"), text=text) if text else _text_missing()


def delay(node: Node) -> Markup:
    return said(gettext("Goes on after %(length)s"), length=length_of(node.get("delay_amount"), node.get("delay_unit")))


def length_of(amount: Any, unit: Any) -> Markup:
    """A length of time as it was typed: "30 minutes"."""
    return Markup("{} {}").format(format_digits(amount or 0), word(ONE if amount == 1 else UNITS, str(unit or "")))


def webhook(node: Node) -> Markup:
    url = node.get("webhook_url")
    if not url:
        return said(gettext("No address is given yet"))
    call = Markup("<code>{} {}</code>").format(node.get("webhook_method") or "", str(url)[:SHOWN_LENGTH])
    return said(gettext("Calls %(address)s"), address=call)


def send_email(node: Node) -> Markup:
    to, subject = kinds.email_part(node, "to"), kinds.email_part(node, "subject")
    start = said(gettext("E-mail to %(address)s"), address=to) if to else said(gettext("E-mail to the customer"))
    return joined(start, written(subject or kinds.email_part(node, "text") or "…"))


def waiting(node: Node) -> Markup:
    text = str(node.get("customer_message") or "")
    asks = said(gettext("Asks “%(text)s” and waits for the answer"), text=text) if text.strip() else _text_missing()
    if not node.get("response_time_limit_enabled"):
        return asks
    length = length_of(node.get("response_timeout_amount"), node.get("response_timeout_unit"))
    return joined(asks, said(gettext("at most %(length)s"), length=length))


def silent(node: Node) -> Markup:
    """For kinds of which nothing more can be said than their name."""
    return Markup()


# -- ways out ----------------------------------------------------------------------------------------------------------

WAY_HINTS = {
    ("condition", "success"): lazy_gettext("if it is true"),
    ("condition", "failure"): lazy_gettext("if it is not true"),
    ("action", "failure"): lazy_gettext("if it could not be done"),
    ("waiting", "success"): lazy_gettext("after a valid answer"),
    ("waiting", "failure"): lazy_gettext("after too many wrong answers"),
    ("waiting", "timeout"): lazy_gettext("if no answer came in time"),
    ("waiting", "skip"): lazy_gettext("if the customer does not want to answer"),
}


def way_hint(node_type: str, way: str) -> str:
    """When a run takes that way out of such a node, in words; empty where the name of the way's type says it."""
    return str(WAY_HINTS.get((node_type, way), ""))
