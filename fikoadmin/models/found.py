"""One thing by its id, with what is shown of it; each raises NotFound."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, select
from sqlalchemy.orm import aliased, contains_eager, defer, joinedload, selectinload

from ..errors import NotFound
from ..extensions import connection, db
from ..words import N_
from .bulk import BulkRedirect
from .bulk_operations import BulkOperation
from .conversations import Conversation
from .customers import NAMES, Customer, CustomerTag
from .events import MESSAGE_RECEIVED, Event
from .executions import Execution, Step, StepLine
from .workflows import Workflow, WorkflowVersion


def conversation(conversation_id: str) -> Conversation:
    """With its customer and their tags."""
    found = db.session.scalars(_CONVERSATION, {"id": conversation_id}).unique().one_or_none()
    if found is None:
        raise NotFound(N_("there is no such conversation"))
    return found


def customer(customer_id: int) -> Customer:
    found = db.session.get(Customer, customer_id, options=[selectinload(Customer._tags)])
    if found is None:
        raise NotFound(N_("there is no such customer"))
    return found


def execution(execution_id: int) -> Execution:
    """With its steps and the number of its version."""
    eager = [selectinload(Execution.steps), joinedload(Execution.version)]
    found = db.session.get(Execution, execution_id, options=eager)
    if found is None:
        raise NotFound(N_("there is no such execution"))
    return found


def run(execution_id: int) -> tuple[Execution, bool]:
    """As an operator looks at it: with its workflow, version, event, conversation and customer; and whether it was run
    again."""
    found = db.session.execute(_RUN, {"id": execution_id}).one_or_none()
    if found is None:
        raise NotFound(N_("there is no such execution"))
    return found[0], found[1]


def steps_of(execution_id: int) -> list[StepLine]:
    """The steps of an execution in their order."""
    return [StepLine._make(row) for row in connection().execute(_STEPS, {"id": execution_id}).all()]


def retries_of(execution: Execution) -> list[int]:
    """The ids of the executions that ran it again, oldest first."""
    return list(connection().scalars(_RETRIES, {"id": execution.id}))


# Built once: an open page asks them again and again.
_CONVERSATION = (
    select(Conversation)
    .join(Conversation.customer)
    .outerjoin(Customer._tags)
    .options(contains_eager(Conversation.customer).contains_eager(Customer._tags))
    .where(Conversation.id == bindparam("id"))
    .order_by(CustomerTag.name)
)
_AGAIN = aliased(Execution)
_OF_THE_SAME = (
    # With what has an index: the same customer, later.
    _AGAIN.workflow_id == Execution.workflow_id,
    _AGAIN.customer_id.is_not_distinct_from(Execution.customer_id),
    _AGAIN.started_at >= Execution.started_at,
    _AGAIN.retry_of_id == Execution.id,
)
_RUN = (
    select(Execution, select(_AGAIN.id).where(*_OF_THE_SAME).exists())
    .options(
        joinedload(Execution.workflow).load_only(Workflow.name, Workflow.status, Workflow.live_version_id),
        joinedload(Execution.version).load_only(WorkflowVersion.number),
        joinedload(Execution.event).load_only(Event.event_type, Event.data, Event.snapshot),
        joinedload(Execution.conversation)
        .load_only(Conversation.id)
        .joinedload(Conversation.customer)
        .load_only(*(getattr(Customer, name) for name in NAMES)),
        defer(Execution.state),
    )
    .where(Execution.id == bindparam("id"))
)
_STEPS = (
    select(*(getattr(Step, name) for name in StepLine._fields))
    .where(Step.execution_id == bindparam("id"))
    .order_by(Step.position)
)
_RETRIES = (
    select(_AGAIN.id).join(Execution, and_(*_OF_THE_SAME)).where(Execution.id == bindparam("id")).order_by(_AGAIN.id)
)


def started_by(event_id: str) -> list[Execution]:
    """The executions of an event in the order in which they ran, with workflow and version."""
    started = (
        select(Execution)
        .options(joinedload(Execution.workflow), joinedload(Execution.version), defer(Execution.state))
        .where(Execution.event_id == event_id)
        .order_by(Execution.id)
    )
    return list(db.session.scalars(started))


def bulk_redirect(bulk_id: int) -> BulkRedirect:
    found = db.session.get(BulkRedirect, bulk_id, populate_existing=True)
    if found is None:
        raise NotFound(N_("there is no such bulk redirect"))
    return found


def bulk_operation(bulk_id: int) -> BulkOperation:
    found = db.session.get(BulkOperation, bulk_id, populate_existing=True)
    if found is None:
        raise NotFound(N_("there is no such list"))
    return found


def event_of_message(conversation_id: str, message_id: int) -> str:
    """The id of the event that brought that message."""
    statement = select(Event.id).where(Event.conversation_id == conversation_id, Event.message_id == message_id)
    found = db.session.scalar(statement.limit(1))
    if found is None:
        raise NotFound(N_("there is no such event"))
    return found


def last_message_event(conversation_id: str) -> Event | None:
    """The event that brought the customer's last message; None where there is none."""
    statement = select(Event).where(Event.conversation_id == conversation_id, Event.event_type == MESSAGE_RECEIVED)
    return db.session.scalar(statement.order_by(Event.created_at.desc()).limit(1))


def names_of(workflow_ids: Iterable[int]) -> dict[int, str]:
    """The names of those workflows that are still there, by their ids."""
    statement = select(Workflow.id, Workflow.name).where(Workflow.id.in_(set(workflow_ids)))
    return dict(db.session.execute(statement).all())


def workflow(workflow_id: int) -> Workflow:
    """With the number of its live version."""
    found = db.session.scalar(_WITH_LIVE_VERSION, {"workflow_id": workflow_id})
    if found is None:
        raise NotFound(N_("there is no such workflow"))
    return found


# Built once: every page of a workflow begins with it.
_WITH_LIVE_VERSION = (
    select(Workflow).where(Workflow.id == bindparam("workflow_id")).options(joinedload(Workflow.live_version))
)


def event(event_id: str) -> tuple[Event, list[int]]:
    """With the ids of the executions that it started, oldest first."""
    found = db.session.get(Event, event_id)
    if found is None:
        raise NotFound(N_("there is no such event"))
    ids = db.session.scalars(select(Execution.id).where(Execution.event_id == event_id).order_by(Execution.id))
    return found, list(ids)
