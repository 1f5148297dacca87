"""What happened in a conversation, in time order: messages, changes of owner, executions with their steps.

A fixed number of queries, and bounded, however much has happened.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload

from ..errors import Invalid
from ..extensions import db
from ..words import N_
from .events import Event
from .executions import Execution, Step
from .history import ConversationEvent
from .jobs import Delivery
from .messages import Message

LENGTH = 50
STEPS_SHOWN = 40

_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,18})", re.ASCII)


@dataclass(frozen=True)
class Change:
    """A change of owner; `step` is the title of the step that made it, where a workflow did."""

    event: ConversationEvent
    step: str | None

    kind = "change"

    @property
    def id(self) -> int:
        return self.event.id

    @property
    def at(self) -> datetime:
        return self.event.created_at


@dataclass(frozen=True)
class Said:
    """A message; `delivery` and `problem` say how it fared on its way, None where it needs none."""

    message: Message
    delivery: str | None
    problem: str | None

    kind = "message"

    @property
    def id(self) -> int:
        return self.message.id

    @property
    def at(self) -> datetime:
        return self.message.created_at


@dataclass
class Ran:
    """An execution with its first steps."""

    execution: Execution
    steps: list[Step] = field(default_factory=list)
    has_more_steps: bool = False

    kind = "execution"

    @property
    def id(self) -> int:
        return self.execution.id

    @property
    def at(self) -> datetime:
        return self.execution.started_at


Entry = Said | Change | Ran
KINDS = ("message", "change", "execution")


@dataclass(frozen=True)
class Timeline:
    """Entries, oldest first; `older` is the cursor of those before them, None where there are none."""

    entries: list[Entry]
    older: str | None


def timeline(conversation_id: str, before: str | None = None, length: int = LENGTH) -> Timeline:
    """The newest entries, or the newest before a cursor; raises Invalid for a malformed one.

    Under the conversation's lock ids grow with time, so a cursor is one id of each kind.
    """
    bounds = _bounds(before)
    newest: list[list[Entry]] = [
        list(_messages(conversation_id, bounds["message"], length + 1)),
        list(_changes(conversation_id, bounds["change"], length + 1)),
        list(_executions(conversation_id, bounds["execution"], length + 1)),
    ]
    merged = heapq.merge(*newest, key=lambda entry: entry.at, reverse=True)
    entries = list(islice(merged, length))
    older = _cursor(entries, bounds) if sum(map(len, newest)) > length else None
    _add_steps(entries)
    return Timeline(entries[::-1], older)


def latest_change(conversation_id: str) -> Change | None:
    """The change that made the present owner what it is."""
    return next(_changes(conversation_id, 0, 1), None)


def change_at(conversation_id: str, epoch: int) -> Change | None:
    """The change that made that epoch."""
    row = db.session.execute(_with_step(conversation_id).where(ConversationEvent.epoch == epoch)).one_or_none()
    return Change(*row) if row else None


def _messages(conversation_id: str, before: int, limit: int) -> Iterator[Said]:
    statement = (
        select(Message, Delivery.state, Delivery.reason)
        .outerjoin(Delivery, Delivery.message_id == Message.id)
        .where(Message.conversation_id == conversation_id, *_below(Message.id, before))
    )
    return (Said(*row) for row in _newest(statement, Message.id, limit))


def _changes(conversation_id: str, before: int, limit: int) -> Iterator[Change]:
    statement = _with_step(conversation_id).where(*_below(ConversationEvent.id, before))
    # Their epochs have an index; they grow as the ids do.
    return (Change(*row) for row in _newest(statement, ConversationEvent.epoch, limit))


def _with_step(conversation_id: str) -> Select[*tuple[Any, ...]]:
    title = (
        select(Step.title)
        .where(Step.execution_id == ConversationEvent.execution_id, Step.node_id == ConversationEvent.node_id)
        .order_by(Step.position.desc())
        .limit(1)
        .scalar_subquery()
    )
    return select(ConversationEvent, title).where(ConversationEvent.conversation_id == conversation_id)


def _executions(conversation_id: str, before: int, limit: int) -> Iterator[Ran]:
    statement = (
        select(Execution)
        .options(
            joinedload(Execution.workflow),
            joinedload(Execution.version),
            joinedload(Execution.event).load_only(Event.event_type),
            defer(Execution.state),
        )
        .where(Execution.conversation_id == conversation_id, *_below(Execution.id, before))
    )
    return (Ran(execution) for (execution,) in _newest(statement, Execution.id, limit))


def _newest(statement: Select[*tuple[Any, ...]], key: InstrumentedAttribute[int], limit: int) -> Iterable[Any]:
    return db.session.execute(statement.order_by(key.desc()).limit(limit))


def _below(id_: InstrumentedAttribute[int], bound: int) -> list[ColumnElement[bool]]:
    return [id_ < bound] if bound else []


def _add_steps(entries: list[Entry]) -> None:
    shown = {entry.id: entry for entry in entries if isinstance(entry, Ran)}
    statement = (
        select(Step)
        .options(defer(Step.data))
        .where(Step.execution_id.in_(shown), Step.position <= STEPS_SHOWN)
        .order_by(Step.execution_id, Step.position)
    )
    for step in db.session.scalars(statement):
        ran = shown[step.execution_id]
        ran.has_more_steps = len(ran.steps) == STEPS_SHOWN
        if not ran.has_more_steps:
            ran.steps.append(step)


def _bounds(cursor: str | None) -> dict[str, int]:
    """Below which id of each kind to look; 0 where there is no bound."""
    if cursor is None:
        return dict.fromkeys(KINDS, 0)
    match = _CURSOR.fullmatch(cursor)
    if match is None:
        raise Invalid("before", N_("is not a place in this conversation; use the links on its page"))
    return dict(zip(KINDS, map(int, match.groups()), strict=True))


def _cursor(entries: list[Entry], bounds: dict[str, int]) -> str:
    lowest: dict[str, list[int]] = defaultdict(list)
    for entry in entries:
        lowest[entry.kind].append(entry.id)
    return ".".join(str(min(lowest[kind], default=bounds[kind])) for kind in KINDS)
