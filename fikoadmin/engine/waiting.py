"""Waiting nodes: the question, and what an answer, a wrong one, a word of exit or silence comes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..clock import now
from ..models import jobs, waits
from ..words import N_
from . import kinds, outcomes
from .answers import Unusable, read_answer
from .buttons import buttons_of
from .context import Context
from .graph import Graph
from .outcomes import EMPTY_MESSAGE, FAILURE, NO_CONVERSATION, Outcome, Suspended, failed, passed
from .text import normalise

Node = Mapping[str, Any]

NO_ANSWER = N_("no answer in time")
TOO_MANY_ERRORS = N_("too many wrong answers")
EXIT_WORD = N_("the customer did not want to answer")


def ask(node: Node, context: Context) -> Outcome | Suspended:
    """Asks, and waits for the customer's answer."""
    if context.conversation is None:
        return failed(NO_CONVERSATION)
    question = context.fill(node.get("customer_message") or "")
    buttons = buttons_of(node, context)
    if not buttons and node.get("storage_type") == "choice":
        buttons = [context.fill(option) for option in node.get("choice_options") or []]
    if context.conversation.tell(question, context.actor, buttons) is None:
        return failed(EMPTY_MESSAGE)
    context.reacted = True
    limit = kinds.span(node, "response_timeout_amount", "response_timeout_unit")
    due_at = now() + limit if node.get("response_time_limit_enabled") and limit else None
    shows = {"content": question, "buttons": buttons}
    return Suspended(waits.ANSWER, jobs.END_WAIT if due_at else None, {"errors": 0}, due_at, shows)


def hear(node: Node, context: Context, graph: Graph, text: str, errors: int) -> Outcome | None:
    """What the answer `text` comes to after that many wrong ones; None where it is wrong and the node waits on.

    A valid one is in the outcome's data under `answer`.
    """
    if normalise(text) in {normalise(word) for word in node.get("exit_keywords") or []} - {""}:
        return Outcome(outcomes.SKIPPED, EXIT_WORD, _way(graph, node, "skip"))
    options = [context.fill(option) for option in node.get("choice_options") or []]
    try:
        answer = read_answer(str(node.get("storage_type") or "text"), text, options)
    except Unusable as unusable:
        return _wrong(node, context, unusable.reason, errors + 1)
    return passed(answer=answer)


def _wrong(node: Node, context: Context, reason: str, errors: int) -> Outcome | None:
    if errors >= node.get("allowed_errors", 1):
        return failed(TOO_MANY_ERRORS, errors=errors, wrong_answer=reason)
    said = context.fill(node.get("error_message") or node.get("customer_message") or "")
    if context.conversation is not None:
        context.conversation.tell(said, context.actor)
    return None


def timed_out(node: Node, graph: Graph) -> Outcome:
    """Nobody answered in time."""
    return Outcome(outcomes.FAILED, NO_ANSWER, _way(graph, node, "timeout"))


def _way(graph: Graph, node: Node, own: str) -> str:
    return own if graph.has(node["id"], own) else FAILURE
