"""What tests in process do again and again: conversations, live workflows, what a customer says, what a worker does."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update

from fikoadmin import documents
from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs.kinds import KINDS
from fikoadmin.jobs.runner import Runner
from fikoadmin.models.actors import Actor
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.due import clock
from fikoadmin.models.events import MESSAGE_RECEIVED
from fikoadmin.models.executions import Execution
from fikoadmin.models.history import ConversationEvent
from fikoadmin.models.jobs import AVAILABLE, Job
from fikoadmin.models.messages import Message
from fikoadmin.models.workflows import Workflow
from fikoadmin.services import conversations, workflows
from fikoadmin.services.events import Incoming, Receipt, receive

ACTOR = Actor("operator", "7", "Sara")
ROUNDS = 50

Owner = tuple[str, bool, str, int]


def begin(source: str = "test") -> str:
    """The id of a new customer's conversation."""
    return conversations.create(source, ACTOR, customer={"first_name": "Ada"}).id


def fresh(conversation_id: str) -> Conversation:
    """The conversation as the database has it now."""
    db.session.rollback()
    return db.session.get_one(Conversation, conversation_id)


def owner(conversation_id: str) -> Owner:
    """Status, flag, destination and epoch."""
    found = fresh(conversation_id)
    return found.status, found.ai_enabled, found.destination, found.epoch


def history(conversation_id: str) -> list[ConversationEvent]:
    rows = select(ConversationEvent).filter_by(conversation_id=conversation_id)
    return list(db.session.scalars(rows.order_by(ConversationEvent.epoch)))


def messages(conversation_id: str, kind: str) -> list[str]:
    rows = select(Message.content).filter_by(conversation_id=conversation_id, type=kind, superseded=False)
    return list(db.session.scalars(rows.order_by(Message.id)))


def happen(event_type: str, conversation_id: str, data: Mapping[str, Any]) -> Receipt:
    return receive(Incoming(event_type, conversation_id, None, None, data), ACTOR)


def say(conversation_id: str, content: str = "hello", **data: Any) -> Receipt:
    """The customer writes."""
    return happen(MESSAGE_RECEIVED, conversation_id, {"content": content, **data})


def live(document: Mapping[str, Any]) -> Workflow:
    """A workflow of that document, activated."""
    workflow, _warnings = workflows.import_read(documents.read_value(document), ACTOR)
    return workflows.activate(workflow.id, ACTOR)


def executions(conversation_id: str) -> list[Execution]:
    rows = select(Execution).filter_by(conversation_id=conversation_id).order_by(Execution.id)
    return list(db.session.scalars(rows.execution_options(populate_existing=True)))


def outcomes(execution: Execution) -> dict[str, str | None]:
    """How each step ended, by its node's title."""
    return {step.title: step.outcome for step in execution.steps}


@contextmanager
def runner() -> Iterator[Runner]:
    """Does jobs one by one; given the app itself, because it renews leases in a thread without a context."""
    doing = Runner(current_app._get_current_object(), KINDS)  # type: ignore[attr-defined]
    try:
        yield doing
    finally:
        doing.stop()


def let_time_pass() -> None:
    """Has every job that waits for its time, a further try too, due now; does each once, and what follows from it."""
    early = update(Job).where(Job.state == AVAILABLE).values(due_at=now() - timedelta(seconds=1)).returning(Job.id)
    with transaction() as session:
        due = session.scalars(early.execution_options(synchronize_session=False)).all()
    with runner() as doing:
        for job_id in due:
            doing.execute(job_id)
    work()


def work(*kinds: str) -> None:
    """Does every job that is due, those of `kinds` alone where some are named, until none is left."""
    due = select(Job.id).where(
        Job.state == AVAILABLE, Job.kind.in_(kinds or KINDS), Job.attempts == 0, Job.due_at <= clock()
    )
    with runner() as doing:
        for _ in range(ROUNDS):
            db.session.rollback()
            waiting = db.session.scalars(due).all()
            if not waiting:
                return
            time.sleep(0.002)  # SQLite's clock ticks in milliseconds
            for job_id in waiting:
                doing.execute(job_id)
    raise AssertionError("the work never ends")
