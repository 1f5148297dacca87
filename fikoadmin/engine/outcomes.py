"""What a node's function decides: a value; writing it down is the interpreter's part."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
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
EMPTY_MESSAGE = N_("the message is empty")
STEP_BUDGET = N_("the step budget is spent")

REASONS = (N_(OWNER_CHANGED), ALREADY_RAN, SWITCHED_OFF, NO_CONVERSATION, EMPTY_MESSAGE, STEP_BUDGET)


@dataclass(frozen=True)
class Outcome:
    """A step's end: its word, why, the connection type it takes (None: the branch ends), what it shows."""

    word: str
    reason: str = ""
    connection: str | None = SUCCESS
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Suspended:
    """The step cannot end yet: it waits for what `kind` says (models/waits.py).

    `job` is the kind of job that brings the end, at `due_at` or at once; None where nothing but the customer can.
    `data` is what that needs to know, `shows` what the step shows meanwhile.
    """

    kind: str
    job: str | None
    data: dict[str, Any]
    due_at: datetime | None = None
    shows: dict[str, Any] = field(default_factory=dict)


def passed(connection: str = SUCCESS, reason: str = "", **data: Any) -> Outcome:
    return Outcome(PASSED, reason, connection, data)


def done(changed: bool, **data: Any) -> Outcome:
    """`changed`, or `already` where there was nothing to change."""
    return Outcome(CHANGED if changed else ALREADY, data=data)


def skipped(reason: str, connection: str | None = SUCCESS) -> Outcome:
    return Outcome(SKIPPED, reason, connection)


def failed(reason: str, **data: Any) -> Outcome:
    return Outcome(FAILED, reason, FAILURE, data)
