"""One thing by its id, with what is shown of it; each raises NotFound."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from ..errors import NotFound
from ..extensions import db
from .conversations import Conversation
from .customers import Customer
from .events import Event
from .executions import Execution
from .workflows import Workflow


def conversation(conversation_id: str) -> Conversation:
    """With its customer."""
    found = db.session.scalar(
        select(Conversation)
        .join(Conversation.customer)
        .options(contains_eager(Conversation.customer).selectinload(Customer._tags))
        .where(Conversation.id == conversation_id)
    )
    if found is None:
        raise NotFound("there is no such conversation")
    return found


def customer(customer_id: int) -> Customer:
    found = db.session.get(Customer, customer_id, options=[selectinload(Customer._tags)])
    if found is None:
        raise NotFound("there is no such customer")
    return found


def execution(execution_id: int) -> Execution:
    """With its steps and the number of its version."""
    eager = [selectinload(Execution.steps), joinedload(Execution.version)]
    found = db.session.get(Execution, execution_id, options=eager)
    if found is None:
        raise NotFound("there is no such execution")
    return found


def workflow(workflow_id: int) -> Workflow:
    """With the number of its live version."""
    found = db.session.get(Workflow, workflow_id, options=[joinedload(Workflow.live_version)])
    if found is None:
        raise NotFound("there is no such workflow")
    return found


def event(event_id: str) -> tuple[Event, list[int]]:
    """With the ids of the executions that it started, oldest first."""
    found = db.session.get(Event, event_id)
    if found is None:
        raise NotFound("there is no such event")
    ids = db.session.scalars(select(Execution.id).where(Execution.event_id == event_id).order_by(Execution.id))
    return found, list(ids)
