"""What each kind of node must be given before it can run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from .. import destinations
from . import kinds, schedule
from .graph import Node
from .problems import Problem, problems

Needs: TypeAlias = Callable[[Node], Iterator[Problem]]


def missing(node: Node) -> Iterator[Problem]:
    """What `node` still needs: codes of findings with their parameters."""
    needs = _NEEDS.get((node["node_type"], kinds.kind(node)))
    if needs is not None:
        yield from needs(node)


def _text(name: str, code: str) -> Needs:
    def needs(node: Node) -> Iterator[Problem]:
        if not str(node.get(name) or "").strip():
            yield code, {}

    return needs


def _filled(name: str, code: str) -> Needs:
    def needs(node: Node) -> Iterator[Problem]:
        if not node.get(name):
            yield code, {}

    return needs


def _destination(node: Node) -> Iterator[Problem]:
    value = node.get("redirect_destination")
    if not value:
        yield "missing_destination", {}
    elif destinations.find(value) is None:
        yield "unknown_destination", {"destination": value}


def _control(node: Node) -> Iterator[Problem]:
    verb = node.get("ai_control_action")
    if verb not in kinds.AI_CONTROL_ACTIONS:
        yield "missing_control", {}
    elif verb == "custom_prompt":
        yield from _text("ai_custom_prompt", "missing_prompt")(node)


def _status(node: Node) -> Iterator[Problem]:
    status = kinds.new_status(node)
    if not status:
        yield "missing_status", {}
    elif status not in kinds.CONVERSATION_STATUSES:
        yield "unknown_status", {"status": status}


def _schedule(node: Node) -> Iterator[Problem]:
    if not node.get("schedule_frequency"):
        yield "missing_frequency", {}
    if node.get("schedule_frequency") == schedule.ONCE and not node.get("schedule_start_date"):
        yield "missing_day", {}
    if not node.get("schedule_time"):
        yield "missing_time", {}


def _note(node: Node) -> Iterator[Problem]:
    if not kinds.note_text(node):
        yield "missing_text", {}


def _span(node: Node, amount: str, unit: str) -> Iterator[Problem]:
    if not node.get(amount):
        yield "missing_amount", {}
    elif node[amount] * kinds.SECONDS[node[unit]] > kinds.LONGEST_SPAN.total_seconds():
        yield "too_long", {"days": kinds.LONGEST_SPAN.days}


def _delay(node: Node) -> Iterator[Problem]:
    yield from _span(node, "delay_amount", "delay_unit")


def _waiting(node: Node) -> Iterator[Problem]:
    yield from _text("customer_message", "missing_question")(node)
    if node["storage_type"] == "choice":
        yield from _filled("choice_options", "missing_options")(node)
    if node["response_time_limit_enabled"]:
        yield from _span(node, "response_timeout_amount", "response_timeout_unit")


def _webhook(node: Node) -> Iterator[Problem]:
    url = str(node.get("webhook_url") or "").strip()
    if not url:
        yield "missing_address", {}
    elif not url.startswith(("http://", "https://")):
        yield "bad_address", {}


def _email(node: Node) -> Iterator[Problem]:
    if not kinds.email_part(node, "text"):
        yield "missing_text", {}


_NEEDS: Mapping[tuple[str, str], Needs] = {
    ("when", "add_tag"): _filled("tags", "missing_tag"),
    ("when", "scheduled"): _schedule,
    ("condition", "condition"): lambda node: iter(problems(node)),
    ("action", "send_message"): _text("message_content", "missing_text"),
    ("action", "redirect_conversation"): _destination,
    ("action", "add_tag"): _text("tag_name", "missing_tag"),
    ("action", "remove_tag"): _text("tag_name", "missing_tag"),
    ("action", "delay"): _delay,
    ("action", "webhook"): _webhook,
    ("action", "send_email"): _email,
    ("waiting", "waiting"): _waiting,
    ("action", "control_ai_response"): _control,
    ("action", "update_ai_context"): _filled("ai_context_data", "missing_context"),
    ("action", "set_conversation_status"): _status,
    ("action", "add_note"): _note,
}
