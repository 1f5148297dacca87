"""Trials of a draft as values: what one begins with, what happens in it, what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias

from ..engine.graph import Graph
from ..models import events, waits
from ..models.executions import Execution
from ..models.messages import Message
from ..models.waits import Wait
from .reactions import NONE

MOVES_AT_MOST = 100

STARTS = (
    events.MESSAGE_RECEIVED,
    events.TAG_ADDED,
    events.USER_CREATED,
    events.INSTAGRAM_COMMENT,
    events.MANUAL,
)
"""The events that a trial can begin with."""

ANSWER, TIME, TRUE, FALSE, DONE, FAILS, AI, OPERATOR = (
    "answer", "time", "true", "false", "done", "fails", "ai", "operator",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a trial begins with: an event of that type, at that moment (None: now).

    In the conversation of that id; without one, in a new one on that channel with a customer of that name and tags.
    """

    event_type: str
    text: str = ""
    tag: str = ""
    channel: str = "web"
    name: str = ""
    tags: tuple[str, ...] = ()
    conversation_id: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What happens next: the customer answers with `text`, time passes until something is due, the step at `position`
    gets its judgement or its outcome, the AI or an operator answers the customer."""

    what: str
    position: int = 0
    text: str = ""


Facts: TypeAlias = Mapping[str, Any]


@dataclass
class Trial:
    """What would have happened. Its rows were never stored: only their own columns can be read.

    `execution` is None where the workflow would not start; `refusals` say why (as matching has them). `before` and
    `after` hold the conversation's owner and what is known of the customer. `missed` are moves that no longer fit;
    `turn` says what `reactions.ai_turn` does of the AI.
    """

    graph: Graph
    execution: Execution | None = None
    refusals: list[dict[str, Any]] = field(default_factory=list)
    waits: list[Wait] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    before: Facts = field(default_factory=dict)
    after: Facts = field(default_factory=dict)
    missed: int = 0
    asks_ai: bool = False
    turn: str = NONE
    silent_because: str | None = None

    @property
    def next_due(self) -> Wait | None:
        """What ends first if only time passes."""
        timed = [wait for wait in self.waits if wait.due_at]
        return min(timed, key=due, default=None)

    @property
    def awaits_answer(self) -> bool:
        return any(wait.kind == waits.ANSWER for wait in self.waits)


def due(wait: Wait) -> datetime:
    """When a wait ends that has its time."""
    assert wait.due_at is not None
    return wait.due_at


def is_judgement(wait: Wait) -> bool:
    """Whether it is for a language model to say true or false; otherwise another system is called."""
    return "prompt" in wait.data
