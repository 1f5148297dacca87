"""What a node's function decides: a value; writing it down is the interpreter's part."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ..models.conversations import OWNER_CHANGED
from ..words import N_

PASSED = "passed"
CHANGED = "changed"
ALREADY = "already"
SKIPPED = "skipped"
FAILED = "failed"

SUCCESS = "success"
FAILURE = "failure"

ALREADY_RAN = N_("already ran")
SWITCHED_OFF = N_("switched off")
NO_CONVERSATION = N_("no conversation")
STEP_BUDGET = N_("the step budget is spent")

REASONS = (N_(OWNER_CHANGED), ALREADY_RAN, SWITCHED_OFF, NO_CONVERSATION, STEP_BUDGET)


@dataclass(frozen=True)
class Outcome:
    """A step's end: its word, why, the connection type it takes (None: the branch ends), what it shows."""

    word: str
    reason: str = ""
    connection: str | None = SUCCESS
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suspended:
    """The step cannot end yet: a language model must judge `prompt` first."""

    prompt: str


def passed(connection: str = SUCCESS, reason: str = "", **data: Any) -> Outcome:
    return Outcome(PASSED, reason, connection, data)


def done(changed: bool, **data: Any) -> Outcome:
    """`changed`, or `already` where there was nothing to change."""
    return Outcome(CHANGED if changed else ALREADY, data=data)


def skipped(reason: str, connection: str | None = SUCCESS) -> Outcome:
    return Outcome(SKIPPED, reason, connection)


def failed(reason: str, **data: Any) -> Outcome:
    return Outcome(FAILED, reason, FAILURE, data)
