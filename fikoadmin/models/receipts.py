"""What followed from one change of a conversation's owner, read from the rows that it left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, defer, joinedload

from ..extensions import db
from . import jobs, messages
from .conversations import OWNER_CHANGED, Conversation
from .executions import CANCELLED, Execution, Step
from .history import ConversationEvent
from .jobs import Job
from .messages import Message
from .timeline import Change, change_at

AT_MOST = 20
SKIPPED = "skipped"


@dataclass(frozen=True)
class Receipt:
    """A change with what it ended and what it set off, up to the next change; `later` is that one's epoch.

    `cancelled`: executions that waited for the customer. `skipped`: (step, its execution) without effect since.
    `superseded`: AI answers that came too late. `notice`: what the customer was told. `answer`: the AI's first
    answer since; `is_answering` while one is queued.
    """

    change: Change
    later: int | None
    cancelled: list[Execution]
    skipped: list[tuple[Step, Execution]]
    superseded: list[Message]
    notice: Message | None
    answer: Message | None
    is_answering: bool


def receipt(conversation: Conversation, epoch: int) -> Receipt | None:
    """None where the conversation has had no such epoch; a fixed number of queries, and bounded."""
    change = change_at(conversation.id, epoch)
    if change is None:
        return None
    began = select(ConversationEvent.created_at).filter_by(conversation_id=conversation.id, epoch=epoch + 1)
    until = db.session.scalar(began)
    span = Span(conversation.id, change.at, until)
    return Receipt(
        change=change,
        later=epoch + 1 if until else None,
        cancelled=span.cancelled(),
        skipped=span.skipped(),
        superseded=span.messages(Message.superseded, Message.superseded_reason == OWNER_CHANGED),
        notice=_first(span.messages(Message.type == messages.WORKFLOW_MESSAGE, Message.execution_id.is_(None))),
        answer=_first(span.messages(Message.type == messages.AI_MESSAGE, ~Message.superseded)),
        is_answering=_is_answering(conversation, epoch),
    )


@dataclass(frozen=True)
class Span:
    """A conversation from one change of owner to the next."""

    conversation_id: str
    since: datetime
    until: datetime | None

    def cancelled(self) -> list[Execution]:
        statement = (
            select(Execution)
            .options(joinedload(Execution.workflow), joinedload(Execution.version), defer(Execution.state))
            .where(Execution.conversation_id == self.conversation_id, Execution.status == CANCELLED)
            .where(Execution.reason == OWNER_CHANGED, *self._within(Execution.finished_at))
        )
        return list(db.session.scalars(statement.order_by(Execution.id.desc()).limit(AT_MOST)))

    def skipped(self) -> list[tuple[Step, Execution]]:
        statement = (
            select(Step, Execution)
            .join(Execution, Step.execution_id == Execution.id)
            .options(joinedload(Execution.workflow), joinedload(Execution.version), defer(Execution.state))
            .options(defer(Step.data))
            .where(Execution.conversation_id == self.conversation_id, Step.outcome == SKIPPED)
            .where(Step.reason == OWNER_CHANGED, *self._within(Step.finished_at))
        )
        newest = statement.order_by(Execution.id.desc(), Step.position).limit(AT_MOST)
        return [(step, execution) for step, execution in db.session.execute(newest)]

    def messages(self, *conditions: Any) -> list[Message]:
        statement = select(Message).where(Message.conversation_id == self.conversation_id, *conditions)
        statement = statement.where(*self._within(Message.created_at)).order_by(Message.id).limit(AT_MOST)
        return list(db.session.scalars(statement))

    def _within(self, moment: InstrumentedAttribute[Any]) -> list[ColumnElement[bool]]:
        return [moment >= self.since, *([moment < self.until] if self.until else [])]


def _is_answering(conversation: Conversation, epoch: int) -> bool:
    subject = f"{conversation.id}:{conversation.unanswered_message_id}"
    queued = select(Job.id).where(Job.kind == jobs.ANSWER_CUSTOMER, Job.subject == subject, Job.epoch == epoch)
    return db.session.scalar(queued.where(Job.state == jobs.AVAILABLE)) is not None


def _first(found: list[Message]) -> Message | None:
    return found[0] if found else None
