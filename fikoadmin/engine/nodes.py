"""The node kinds that run, one function each: `(node, context) → Outcome`, or Suspended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from ..models import jobs, waits
from ..words import N_
from . import conditions
from .actions import ACTIONS, Node
from .context import Context
from .outcomes import FAILURE, NO_CONVERSATION, SUCCESS, Outcome, Suspended, failed, passed
from .waiting import ask

NOT_RUN = N_("this release does not run this kind of node")


def when(node: Node, context: Context) -> Outcome:
    return passed()


def condition(node: Node, context: Context) -> Outcome | Suspended:
    verdict = conditions.check(node, context.fields, context.judged)
    context.warnings.extend(verdict.unknown)
    if verdict.value is None and context.conversation is None:
        return failed(NO_CONVERSATION)  # a prompt is judged on what was said in one
    if verdict.value is None:
        prompt = verdict.prompts[0]
        asked = {"prompt": prompt, "asked": context.fill(prompt), "judged": dict(context.judged)}
        return Suspended(waits.JOB, jobs.JUDGE_CONDITION, asked)
    unjudged = next((word for word in context.judged.values() if isinstance(word, str)), "")
    checks = [asdict(check) for check in verdict.checks]
    return passed(SUCCESS if verdict.value else FAILURE, "" if verdict.value else unjudged, checks=checks)


def action(node: Node, context: Context) -> Outcome | Suspended:
    run = ACTIONS.get(str(node.get("action_type")))
    return run(node, context) if run else failed(NOT_RUN)


def not_run(node: Node, context: Context) -> Outcome:
    return failed(NOT_RUN)


NODES: Mapping[str, Callable[[Node, Context], Outcome | Suspended]] = {
    "when": when,
    "condition": condition,
    "action": action,
    "waiting": ask,
}


def run(node: Node, context: Context) -> Outcome | Suspended:
    """What that node decides in that context."""
    return NODES.get(str(node["node_type"]), not_run)(node, context)


def guard_holds(guard: Mapping[str, Any], context: Context) -> bool:
    """Whether a connection's extra condition lets the run pass; one that needs a language model does not."""
    return conditions.check(guard, context.fields, {}).value is True
