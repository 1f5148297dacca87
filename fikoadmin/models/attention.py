"""What needs a person now: conversations that wait for one, messages that the AI could not answer, failed executions.

Each is a short list, the longest waiting first, and a count that stops at MANY: both by an index that holds nothing
else, so they cost the same however many conversations there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, Select, and_, func, literal_column, select, text
from sqlalchemy.orm import contains_eager

from ..extensions import db
from . import executions, pages
from .conversations import SUPPORT_ACTIVE, Conversation
from .executions import Execution
from .timeline import Ran

SHOWN = 5
MANY = 100

# Written out, as in the indexes: a partial index is used where the statement says what the index says.
_WAITING = "unanswered_since IS NOT NULL"
_AI_FAILED = "unanswered_since IS NOT NULL AND unanswered_reason <> ''"

Index(
    "ix_conversations_waiting",
    Conversation.status,
    Conversation.unanswered_since,
    postgresql_where=text(_WAITING),
    sqlite_where=text(_WAITING),
)
Index(
    "ix_conversations_ai_failed",
    Conversation.unanswered_since,
    postgresql_where=text(_AI_FAILED),
    sqlite_where=text(_AI_FAILED),
)


@dataclass(frozen=True)
class Waiting:
    """Some conversations, and how many there are: MANY stands for that many or more."""

    conversations: Sequence[Conversation]
    count: int


@dataclass(frozen=True)
class Open:
    """How many executions run and wait now; MANY stands for that many or more."""

    running: int
    waiting: int


def waiting_for_people() -> Waiting:
    """Those that people own and whose customer has no answer yet."""
    return _waiting(_written(_WAITING), Conversation.status == SUPPORT_ACTIVE)


def unanswered_by_ai() -> Waiting:
    """Those in which the AI failed for good; each says why."""
    return _waiting(_written(_AI_FAILED))


def failed_executions(since: datetime) -> tuple[Sequence[Ran], int]:
    """The last that failed, newest first, and how many of the last MANY failed ones began since then."""
    last = select(Execution.started_at).where(Execution.status == executions.FAILED).order_by(Execution.id.desc())
    began = db.session.scalars(last.limit(MANY)).all()
    shown = pages.runs(SHOWN, status=executions.FAILED, since=since).items
    return shown, sum(moment >= since for moment in began)


def open_executions() -> Open:
    return Open(
        _count(select(Execution.id).where(Execution.status == executions.RUNNING)),
        _count(select(Execution.id).where(Execution.status == executions.WAITING)),
    )


def _waiting(*wanted: ColumnElement[bool]) -> Waiting:
    longest = (
        select(Conversation)
        .join(Conversation.customer)
        .options(contains_eager(Conversation.customer))
        .where(*wanted)
        .order_by(Conversation.unanswered_since)
        .limit(SHOWN)
    )
    return Waiting(db.session.scalars(longest).all(), _count(select(Conversation.id).where(*wanted)))


def _written(condition: str) -> ColumnElement[bool]:
    parts: list[Any] = [literal_column(part) for part in condition.split(" AND ")]
    return and_(*parts)


def _count(rows: Select[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(rows.limit(MANY).subquery())) or 0
