"""What happened in a conversation, in time order: messages, changes of owner, executions with their steps.

A fixed number of queries, and bounded, however much has happened.
"""

from __future__ import annotations

import heapq
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Row, Select, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload

from ..errors import Invalid
from ..extensions import connection, db
from ..words import N_
from .events import Event
from .executions import Execution, Step
from .history import ConversationEvent
from .jobs import Delivery
from .messages import Message
from .workflows import Workflow, WorkflowVersion

LENGTH = 50
STEPS_SHOWN = 40
NO_BOUND = 2**63 - 1

_CURSOR = re.compile(r"(\d{1,18})\.(\d{1,18})\.(\d{1,18})", re.ASCII)


class EventLine(NamedTuple):
    """What is shown of a change of owner, and nothing else of its row is read."""

    id: int
    kind: str
    epoch: int
    old_status: str | None
    new_status: str
    old_ai_enabled: bool | None
    new_ai_enabled: bool
    old_destination: str | None
    new_destination: str
    actor_kind: str
    actor_id: str
    actor_label: str
    version: int | None
    created_at: datetime


@dataclass(frozen=True)
class Change:
    """A change of owner; `step` is the title of the step that made it, where a workflow did."""

    event: EventLine
    step: str | None

    kind = "change"

    @property
    def id(self) -> int:
        return self.event.id

    @property
    def at(self) -> datetime:
        return self.event.created_at


class Said(NamedTuple):
    """What is shown of a message, and nothing else of its row is read; `delivery` and `problem` say how it fared on
    its way, None where it needs none."""

    id: int
    type: str
    content: str
    buttons: list[str]
    superseded: bool
    superseded_reason: str
    author_label: str
    execution_id: int | None
    at: datetime
    delivery: str | None
    problem: str | None

    @property
    def kind(self) -> str:
        return "message"


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
    """Entries, oldest first; `older` is the cursor of those before them, None where there are none. `latest` is the
    last change of owner before the cursor."""

    entries: list[Entry]
    older: str | None
    latest: Change | None

    @property
    def last_said(self) -> Said | None:
        return next((entry for entry in reversed(self.entries) if isinstance(entry, Said)), None)


def timeline(conversation_id: str, before: str | None = None, length: int = LENGTH) -> Timeline:
    """The newest entries, or the newest before a cursor; raises Invalid for a malformed one.

    Under the conversation's lock ids grow with time, so a cursor is one id of each kind.
    """
    bounds = _bounds(before)
    changes = _changes(conversation_id, bounds["change"], length + 1)
    newest: list[list[Entry]] = [
        [*_said(conversation_id, bounds["message"], length + 1)],
        [*changes],
        [*_ran(conversation_id, bounds["execution"], length + 1)],
    ]
    merged = heapq.merge(*newest, key=lambda entry: entry.at, reverse=True)
    entries = list(islice(merged, length))
    older = _cursor(entries, bounds) if sum(map(len, newest)) > length else None
    _add_steps(entries)
    return Timeline(entries[::-1], older, changes[0] if changes else None)


def latest_change(conversation_id: str) -> Change | None:
    """The change that made the present owner what it is."""
    return next(iter(_changes(conversation_id, 0, 1)), None)


def change_at(conversation_id: str, epoch: int) -> Change | None:
    """The change that made that epoch."""
    statement = _WITH_STEP.where(ConversationEvent.epoch == epoch)
    row = connection().execute(statement, {"conversation": conversation_id}).one_or_none()
    return _change(row) if row else None


def _said(conversation_id: str, before: int, limit: int) -> list[Said]:
    return [Said._make(row) for row in connection().execute(_MESSAGES, _values(conversation_id, before, limit)).all()]


def _changes(conversation_id: str, before: int, limit: int) -> list[Change]:
    return [_change(row) for row in connection().execute(_CHANGES, _values(conversation_id, before, limit))]


def _change(row: Row[*tuple[Any, ...]]) -> Change:
    *event, step = row
    return Change(EventLine._make(event), step)


def _ran(conversation_id: str, before: int, limit: int) -> list[Ran]:
    return [Ran(run) for run in db.session.scalars(_EXECUTIONS, _values(conversation_id, before, limit))]


def _values(conversation_id: str, before: int, limit: int) -> dict[str, object]:
    return {"conversation": conversation_id, "before": before or NO_BOUND, "most": limit}


def _bounded(
    statement: Select[*tuple[Any, ...]], id_: InstrumentedAttribute[int], order: InstrumentedAttribute[int]
) -> Select[*tuple[Any, ...]]:
    """The newest of these, up to `:most`, below the id `:before`."""
    return statement.where(id_ < bindparam("before")).order_by(order.desc()).limit(bindparam("most"))


# They are built once: each look at a conversation asks all of them.
_IN_IT: BindParameter[str] = bindparam("conversation")
_MESSAGES = _bounded(
    select(
        Message.id, Message.type, Message.content, Message.buttons, Message.superseded, Message.superseded_reason,
        Message.author_label, Message.execution_id, Message.created_at, Delivery.state, Delivery.reason,
    )
    .outerjoin(Delivery, Delivery.message_id == Message.id)
    .where(Message.conversation_id == _IN_IT),
    Message.id,
    Message.id,
)  # fmt: skip
_TITLE = (
    select(Step.title)
    .where(Step.execution_id == ConversationEvent.execution_id, Step.node_id == ConversationEvent.node_id)
    .order_by(Step.position.desc())
    .limit(1)
    .scalar_subquery()
)
_EVENT = [getattr(ConversationEvent, name) for name in EventLine._fields]
_WITH_STEP = select(*_EVENT, _TITLE).where(ConversationEvent.conversation_id == _IN_IT)
# Their epochs have an index; they grow as the ids do.
_CHANGES = _bounded(_WITH_STEP, ConversationEvent.id, ConversationEvent.epoch)
_EXECUTIONS = _bounded(
    select(Execution)
    .options(
        joinedload(Execution.workflow).load_only(Workflow.name),
        joinedload(Execution.version).load_only(WorkflowVersion.number),
        joinedload(Execution.event).load_only(Event.event_type),
        defer(Execution.state),
    )
    .where(Execution.conversation_id == _IN_IT),
    Execution.id,
    Execution.id,
)


def _add_steps(entries: list[Entry]) -> None:
    shown = {entry.id: entry for entry in entries if isinstance(entry, Ran)}
    if not shown:
        return
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
