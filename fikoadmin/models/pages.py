"""Lists, a page at a time: by key, never by offset, so that the last page costs what the first does.

A cursor names the last row of the page before; each page is a fixed number of queries, however long it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Select, select, tuple_
from sqlalchemy.orm import contains_eager, defer, joinedload, selectinload

from ..errors import Invalid
from ..extensions import db
from ..words import N_
from .bulk import BulkList, BulkRow, BulkTurn
from .bulk_operations import OperationRow
from .conversations import Conversation
from .customers import NAMES, Customer, shown_name
from .events import Event
from .executions import Execution, Step
from .history import ConversationEvent
from .messages import Message
from .searches import Filters, chosen
from .timeline import Ran
from .workflows import Workflow

PAGE_SIZE = 50
CURSOR_LENGTH = 60
PATH_LENGTH = 8
"""So many first steps of an execution are its path in a list."""
CHOICES = 200

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER = re.compile(r"(\d{1,18})", re.ASCII)
_TWO_NUMBERS = re.compile(r"(-?\d{1,10})\.(\d{1,18})", re.ASCII)
_TIME_AND_ID = re.compile(r"(\d{1,17})\.([A-Za-z0-9_-]{1,20})", re.ASCII)

Item = TypeVar("Item")
List = TypeVar("List", bound=BulkList)
Turn = TypeVar("Turn", bound=BulkTurn)
AnySelect = TypeVar("AnySelect", bound=Select[Any])


@dataclass(frozen=True)
class Page(Generic[Item]):
    """Some rows; `next` is the cursor of the page after them, None where there is none."""

    items: Sequence[Item]
    next: str | None


def conversations(
    limit: int = PAGE_SIZE, after: str | None = None, *,
    status: str | None = None, ai_enabled: bool | None = None,
    destination: str | None = None, customer_id: int | None = None,
) -> Page[Conversation]:  # fmt: skip
    """Those changed last first, with their customers. Raises Invalid for a malformed cursor, as all of these do."""
    filters = Filters(status=status, ai_enabled=ai_enabled, destination=destination, customer_id=customer_id)
    return listed(chosen(filters).conditions, limit, after)


def listed(
    conditions: Sequence[ColumnElement[bool]], limit: int = PAGE_SIZE, after: str | None = None
) -> Page[Conversation]:
    """The conversations of which all of these conditions hold, as `conversations` gives them."""
    statement = (
        select(Conversation)
        .join(Conversation.customer)
        .options(contains_eager(Conversation.customer).selectinload(Customer._tags))
        .where(*conditions)
    )
    return _page(_last_changed_first(statement, after), limit, _place)


class ConversationLine(NamedTuple):
    """A conversation as a line of a list: what is shown of it, and nothing else of the row is read."""

    id: str
    epoch: int
    status: str
    ai_enabled: bool
    destination: str
    source: str
    unanswered_since: datetime | None
    unanswered_reason: str
    updated_at: datetime
    shown_name: str


_LINE = [getattr(Conversation, name) for name in ConversationLine._fields if name != "shown_name"]
_CUSTOMER = [*(getattr(Customer, name) for name in NAMES), Customer.id]


def conversation_lines(
    conditions: Sequence[ColumnElement[bool]], limit: int = PAGE_SIZE, after: str | None = None
) -> Page[ConversationLine]:
    """What `listed` gives, as lines."""
    statement = select(*_LINE, *_CUSTOMER).join(Conversation.customer).where(*conditions)
    rows = db.session.execute(_last_changed_first(statement, after).limit(limit + 1)).all()
    width = len(_LINE)
    lines = [ConversationLine._make((*row[:width], shown_name(*row[width:]))) for row in rows[:limit]]
    return Page(lines, _place(lines[-1]) if len(rows) > limit else None)


def _last_changed_first(statement: AnySelect, after: str | None) -> AnySelect:
    statement = statement.order_by(Conversation.updated_at.desc(), Conversation.id.desc())
    if after is None:
        return statement
    microseconds, last_id = _parts(_TIME_AND_ID, after)
    changed = _EPOCH + timedelta(microseconds=int(microseconds))
    return statement.where(tuple_(Conversation.updated_at, Conversation.id) < (changed, last_id))


def _place(last: Conversation | ConversationLine) -> str:
    return f"{(last.updated_at - _EPOCH) // timedelta(microseconds=1)}.{last.id}"


def messages(conversation_id: str, limit: int = PAGE_SIZE, after: str | None = None) -> Page[Message]:
    """Oldest first; a cursor is the id of a message."""
    statement = select(Message).where(Message.conversation_id == conversation_id).order_by(Message.id)
    if after is not None:
        statement = statement.where(Message.id > number(after))
    return _page(statement, limit, lambda m: str(m.id))


def conversation_events(
    conversation_id: str, limit: int = PAGE_SIZE, after: str | None = None
) -> Page[ConversationEvent]:
    """Oldest first; a cursor is an epoch."""
    statement = (
        select(ConversationEvent)
        .where(ConversationEvent.conversation_id == conversation_id)
        .order_by(ConversationEvent.epoch)
    )
    if after is not None:
        statement = statement.where(ConversationEvent.epoch > min(number(after), 2**31 - 1))
    return _page(statement, limit, lambda event: str(event.epoch))


def executions(
    limit: int = PAGE_SIZE, after: str | None = None, *,
    workflow_id: int | None = None, conversation_id: str | None = None, status: str | None = None,
) -> Page[Execution]:  # fmt: skip
    """Newest first, with their steps and the number of their version."""
    chosen = {"workflow_id": workflow_id, "conversation_id": conversation_id, "status": status}
    statement = _where(
        select(Execution)
        .options(selectinload(Execution.steps), joinedload(Execution.version))
        .order_by(Execution.id.desc()),
        Execution,
        chosen,
    )
    if after is not None:
        statement = statement.where(Execution.id < number(after))
    return _page(statement, limit, lambda e: str(e.id))


def runs(
    limit: int = PAGE_SIZE, after: str | None = None, *,
    workflow_id: int | None = None, conversation_id: str | None = None, status: str | None = None,
    since: datetime | None = None,
) -> Page[Ran]:  # fmt: skip
    """Executions as an operator reads them, newest first: each with its workflow, version, event type, conversation
    and first steps."""
    chosen = {"workflow_id": workflow_id, "conversation_id": conversation_id, "status": status}
    statement = _where(
        select(Execution)
        .options(
            joinedload(Execution.workflow),
            joinedload(Execution.version),
            joinedload(Execution.event).load_only(Event.event_type),
            joinedload(Execution.conversation).joinedload(Conversation.customer),
            defer(Execution.state),
        )
        .order_by(Execution.id.desc()),
        Execution,
        chosen,
    )
    if after is not None:
        statement = statement.where(Execution.id < number(after))
    page = _page(statement, limit, lambda e: str(e.id))
    # Ids grow with time: there the list ends. As a condition it would be looked for in all that is older.
    recent = list(takewhile(lambda e: since is None or e.started_at >= since, page.items))
    return Page(_with_first_steps(recent), page.next if len(recent) == len(page.items) else None)


def _with_first_steps(executions: Sequence[Execution]) -> list[Ran]:
    shown = {execution.id: Ran(execution) for execution in executions}
    statement = (
        select(Step)
        .options(defer(Step.data))
        .where(Step.execution_id.in_(shown), Step.position <= PATH_LENGTH)
        .order_by(Step.execution_id, Step.position)
    )
    for step in db.session.scalars(statement):
        ran = shown[step.execution_id]
        ran.has_more_steps = len(ran.steps) == PATH_LENGTH
        if not ran.has_more_steps:
            ran.steps.append(step)
    return list(shown.values())


def workflow_names(chosen: int | None = None) -> list[tuple[int, str]]:
    """(id, name) of the first workflows in the operator's order, for a dropdown; the chosen one is among them."""
    statement = select(Workflow.id, Workflow.name).order_by(Workflow.order, Workflow.id).limit(CHOICES)
    names = dict(db.session.execute(statement).all())
    if chosen is not None and chosen not in names and (workflow := db.session.get(Workflow, chosen)):
        names[workflow.id] = workflow.name
    return list(names.items())


def workflows(limit: int = PAGE_SIZE, after: str | None = None) -> Page[Workflow]:
    """In the operator's order, with the number of the live version."""
    statement = select(Workflow).options(joinedload(Workflow.live_version)).order_by(Workflow.order, Workflow.id)
    if after is not None:
        order, last_id = _parts(_TWO_NUMBERS, after)
        statement = statement.where(tuple_(Workflow.order, Workflow.id) > (int(order), int(last_id)))
    return _page(statement, limit, lambda w: f"{w.order}.{w.id}")


def bulk_lists(kind: type[List], limit: int = PAGE_SIZE, after: str | None = None) -> Page[List]:
    """Newest first."""
    statement = select(kind).order_by(kind.id.desc())
    if after is not None:
        statement = statement.where(kind.id < number(after))
    return _page(statement, limit, lambda one: str(one.id))


def bulk_rows(bulk_id: int, limit: int = PAGE_SIZE, after: str | None = None) -> Page[BulkRow]:
    """In the order of their turns, with conversation and customer; a cursor is a position."""
    with_customer = joinedload(BulkRow.conversation).joinedload(Conversation.customer)
    return _turns(BulkRow, select(BulkRow).options(with_customer), bulk_id, limit, after)


def operation_rows(bulk_id: int, limit: int = PAGE_SIZE, after: str | None = None) -> Page[OperationRow]:
    """In the order of their turns, with execution, workflow and customer; a cursor is a position."""
    execution = joinedload(OperationRow.execution)
    eager = [
        execution.joinedload(Execution.workflow),
        execution.joinedload(Execution.version),
        execution.joinedload(Execution.conversation).joinedload(Conversation.customer),
        execution.defer(Execution.state),
    ]
    return _turns(OperationRow, select(OperationRow).options(*eager), bulk_id, limit, after)


def _turns(kind: type[Turn], rows: Select[Turn], bulk_id: int, limit: int, after: str | None) -> Page[Turn]:
    statement = rows.where(kind.bulk_id == bulk_id).order_by(kind.position)
    if after is not None:
        statement = statement.where(kind.position > min(number(after), 2**31 - 1))
    return _page(statement, limit, lambda row: str(row.position))


def _where(statement: Select[Item], model: Any, chosen: dict[str, Any]) -> Select[Item]:
    wanted: list[ColumnElement[bool]] = [
        getattr(model, name) == value for name, value in chosen.items() if value is not None
    ]
    return statement.where(*wanted)


def _page(statement: Select[Item], limit: int, cursor: Callable[[Item], str]) -> Page[Item]:
    rows = db.session.scalars(statement.limit(limit + 1)).all()
    items = rows[:limit]
    return Page(items, cursor(items[-1]) if len(rows) > limit else None)


def number(cursor: str) -> int:
    """The number that a cursor is; raises Invalid."""
    return int(_parts(_NUMBER, cursor)[0])


def _parts(pattern: re.Pattern[str], cursor: str) -> tuple[str, ...]:
    match = pattern.fullmatch(cursor)
    if match is None:
        raise Invalid("after", N_("is not a cursor; send `next` of the page before, unchanged"))
    return match.groups()
