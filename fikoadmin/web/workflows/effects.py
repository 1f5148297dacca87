"""What a node will do, in full sentences beside its form; one list a kind, most need no more than their sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from flask import current_app
from markupsafe import Markup

from ...engine import kinds
from ...engine.condition_shape import asks
from ...services import schedules
from ..formats import format_datetime, format_number
from ..language import gettext
from . import node_kinds
from .node_labels import STORAGE_TYPES, word
from .said import listed, said
from .sentences import length_of

Node: TypeAlias = Mapping[str, Any]
Effects: TypeAlias = Iterator[Markup]


def effects(workflow_id: int, node: Node) -> list[Markup]:
    """The sentences for that node of that workflow's draft."""
    sentence = node_kinds.of(node).sentence(node)
    if kinds.kind(node) == "scheduled":
        return [sentence, *_scheduled(workflow_id, node)]
    more = MORE.get(kinds.kind(node))
    return [each for each in (sentence, *(more(node) if more else ())) if each]


def _scheduled(workflow_id: int, node: Node) -> Effects:
    moment = schedules.upcoming(workflow_id, node)
    if moment:
        zone = Markup("<code>{}</code>").format(current_app.extensions["config"].timezone.key)
        yield said(gettext("Next: %(moment)s (%(zone)s)"), moment=format_datetime(moment), zone=zone)
    else:
        yield said(gettext("With this it would never start: give it a time, and a first day that is still to come."))
    if node.get("tags"):
        yield said(
            gettext("One execution for every customer with an open conversation and: %(tags)s"),
            tags=listed(node["tags"]),
        )
    else:
        yield said(gettext("One execution for every customer with an open conversation."))


def _waiting(node: Node) -> Effects:
    yield said(
        gettext("While it waits the AI is silent in this conversation, and the answer starts no other workflow.")
    )
    kind = word(STORAGE_TYPES, str(node.get("storage_type") or ""))
    yield said(gettext("A valid answer (%(kind)s) goes on by Success."), kind=kind)
    title = str(node["title"]).strip()
    name = f"answers.{title}" if title else f"user_response_{node['id']}" if node["id"] else ""
    if name:
        placeholder = Markup('<code dir="ltr">{}</code>').format("{{" + name + "}}")
        yield said(gettext("Later nodes read the answer as %(name)s."), name=placeholder)
    if node.get("storage_type") in ("email", "phone"):
        yield said(gettext("It is also kept with the customer."))
    times = format_number(max(node.get("allowed_errors") or 0, 1))
    yield said(
        gettext("A wrong answer is told so; with wrong answer number %(times)s it goes on by Failure."), times=times
    )
    if node.get("exit_keywords"):
        yield said(gettext("After %(words)s it goes on by Skip."), words=listed(node["exit_keywords"]))
    if node.get("response_time_limit_enabled") and node.get("response_timeout_amount"):
        length = length_of(node.get("response_timeout_amount"), node.get("response_timeout_unit"))
        yield said(gettext("Without an answer within %(length)s it goes on by Timeout."), length=length)
    else:
        yield said(gettext("It waits for an answer without a limit."))
    yield said(gettext("Where Skip or Timeout leads nowhere, Failure is taken. A change of owner ends the question."))


def _delay(_node: Node) -> Effects:
    yield said(gettext("Other branches do not wait for it, and it survives a restart."))
    yield said(
        gettext("When the time is up it looks again: if somebody else has the conversation by then, this branch ends.")
    )


def _webhook(node: Node) -> Effects:
    if node.get("webhook_method") in ("GET", "DELETE") and not node.get("webhook_payload"):
        yield said(gettext("No content is sent along."))
    else:
        yield said(gettext("The content is sent along as JSON."))
    yield said(gettext("It waits for the reply: a status of 2xx goes on by Success."))
    yield said(
        gettext(
            "No reply within 10 seconds, or an error that may pass: it tries again with growing pauses, each time with "
            "the same key, so that the other side can tell a repeat. After the last try it goes on by Failure."
        )
    )


def _email(node: Node) -> Effects:
    if not kinds.email_part(node, "to"):
        yield said(gettext("A customer without an e-mail address: it goes on by Failure."))
    yield said(gettext("Success means that the mail server took it. Until then it tries again with growing pauses."))
    if current_app.extensions["mail"] is None:
        yield said(gettext("This installation has no mail server yet (FIKO_SMTP_URL): every e-mail fails."))


def _condition(node: Node) -> Effects:
    if lacks_model(node):
        yield said(no_model())


def lacks_model(node: Node) -> bool:
    """Whether it asks a language model where the installation has none."""
    return kinds.kind(node) == "condition" and asks(node) and not current_app.extensions["config"].ai_base_url


def no_model() -> str:
    return str(
        gettext("This installation has no language model yet (FIKO_AI_BASE_URL): what the AI is asked goes by Failure.")
    )


MORE: Mapping[str, Callable[[Node], Effects]] = {
    "condition": _condition,
    "waiting": _waiting,
    "delay": _delay,
    "webhook": _webhook,
    "send_email": _email,
}
