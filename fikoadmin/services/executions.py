"""Executions: started by an event, gone on with by a job, cancelled and retried by people."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from .. import matching
from ..engine.conditions import Judgement
from ..engine.graph import Graph
from ..errors import Conflict, Invalid, NotFound, Problem
from ..extensions import db, transaction
from ..matching import LiveWorkflow
from ..models import events
from ..models.actors import Actor
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..models.executions import CANCELLED, RUNNING, Execution
from ..models.waits import ANSWER, Wait
from ..models.workflows import Workflow, WorkflowVersion
from .conversations import STALE
from .reactions import Reaction, settle

CANCELLED_BY_PERSON = "cancelled"


def trigger(workflow_id: int, conversation_id: str, actor: Actor, epoch: int | None = None) -> Execution:
    """Runs a live workflow on a conversation by hand: the When filters are ignored, limits count.

    Raises NotFound for the workflow, Invalid for the conversation, Conflict where the workflow is not live or
    `epoch`, where given, is not the conversation's present one (P23).
    """
    with transaction():
        conversation = Conversation.locked(conversation_id)
        if conversation is None:
            raise Invalid("conversation_id", "there is no such conversation")
        if epoch is not None and epoch != conversation.epoch:
            raise Conflict(STALE, conversation=conversation)
        workflow = matching.index().workflows.get(workflow_id)
        if workflow is None:
            raise _not_live(workflow_id)
        event = Event(
            event_type=events.MANUAL, conversation_id=conversation.id, customer_id=conversation.customer_id,
            data={}, chain=[],
        )  # fmt: skip
        reaction = Reaction(event, conversation.customer, conversation)
        execution = reaction.start(workflow, [node["id"] for node in workflow.graph.starts()], event)
        reaction.run_caused()
    return execution


def _not_live(workflow_id: int) -> Problem:
    workflow = db.session.get(Workflow, workflow_id)
    if workflow is None:
        return NotFound("there is no such workflow")
    return Conflict(f"the workflow is {workflow.status}; activate it first")


def cancel(execution_id: int, actor: Actor) -> Execution:
    """Ends an execution that has not ended; neither status nor flag follows (P6). Raises NotFound, Conflict."""
    with transaction():
        execution, conversation = _locked(execution_id)
        if not execution.is_open:
            raise Conflict(f"the execution has ended already: {execution.status}")
        for wait in Wait.open_of(execution.id):
            wait.end("cancelled")
            if conversation and wait.kind == ANSWER:
                conversation.awaited_answers -= 1
        execution.end(CANCELLED, f"{CANCELLED_BY_PERSON}: {actor.label}" if actor.label else CANCELLED_BY_PERSON)
        settle(execution.event, conversation)
    return execution


def retry(execution_id: int, actor: Actor) -> Execution:
    """Runs an ended execution's version again from its start, as a new execution for an event of its own.

    Raises NotFound; Conflict where the execution has not ended.
    """
    with transaction():
        old, conversation = _locked(execution_id)
        if old.is_open:
            raise Conflict("the execution has not ended; cancel it first")
        event = Event(
            event_type=old.event.event_type, conversation_id=old.conversation_id, customer_id=old.customer_id,
            data=old.event.data, chain=old.event.chain,
        )  # fmt: skip
        reaction = Reaction(event, _customer(old), conversation)
        workflow = _as_it_ran(old)
        execution = reaction.start(workflow, _starts_of(old, workflow), event, retry_of=old)
        reaction.run_caused()
    return execution


def _customer(execution: Execution) -> Customer | None:
    return db.session.get(Customer, execution.customer_id) if execution.customer_id else None


def _starts_of(old: Execution, workflow: LiveWorkflow) -> list[str]:
    ran = [step.node_id for step in old.steps if step.node_type == "when"]
    return ran or [node["id"] for node in workflow.graph.starts()]


def _as_it_ran(execution: Execution) -> LiveWorkflow:
    workflow, version = execution.workflow, execution.version
    return LiveWorkflow(
        workflow.id,
        version.id,
        version.number,
        workflow.name,
        workflow.order,
        0,
        0,
        None,
        None,
        graph_of(version.id),
    )


@lru_cache(maxsize=500)
def graph_of(version_id: int) -> Graph:
    """The graph of a version; versions never change, so it is built once."""
    document = db.session.scalar(select(WorkflowVersion.document).where(WorkflowVersion.id == version_id))
    if document is None:
        raise NotFound("there is no such version")
    return Graph(document)


def _locked(execution_id: int) -> tuple[Execution, Conversation | None]:
    """The execution and its conversation; the conversation's lock guards both."""
    conversation_id = db.session.scalar(select(Execution.conversation_id).where(Execution.id == execution_id))
    conversation = Conversation.locked(conversation_id) if conversation_id else None
    execution = db.session.scalar(
        select(Execution)
        .options(joinedload(Execution.event))
        .where(Execution.id == execution_id)
        .with_for_update(of=Execution)
        .execution_options(populate_existing=True)
    )
    if execution is None:
        raise NotFound("there is no such execution")
    return execution, conversation


# -- going on, from jobs -------------------------------------------------------------------------------------------


def go_on(execution_id: int) -> None:
    """Runs on after the last step of the go before; joins the caller's transaction."""
    with transaction():
        execution, conversation = _locked(execution_id)
        if execution.status == RUNNING:
            reaction = Reaction(execution.event, _customer(execution), conversation)
            reaction.run_of(execution, _as_it_ran(execution)).advance()
            reaction.run_caused()
            settle(execution.event, conversation)


def resume(wait_id: int, judgement: Judgement) -> None:
    """Goes on with the execution that waits for `judgement`; nothing happens where it waits no more."""
    with transaction():
        found = _open_wait(wait_id)
        if found is None:
            return
        wait, execution, conversation = found
        reaction = Reaction(execution.event, _customer(execution), conversation)
        run = reaction.run_of(execution, _as_it_ran(execution))
        run.resume(wait, next(s for s in execution.steps if s.position == wait.step_position), judgement)
        reaction.run_caused()
        settle(execution.event, conversation)


def attempted(wait_id: int) -> None:
    """A call's first attempt is over without an outcome: the execution no longer holds back the AI's turn."""
    with transaction():
        found = _open_wait(wait_id)
        if found is None or found[0].attempted:
            return
        wait, execution, conversation = found
        wait.attempted = True
        settle(execution.event, conversation)


def _open_wait(wait_id: int) -> tuple[Wait, Execution, Conversation | None] | None:
    execution_id = db.session.scalar(select(Wait.execution_id).where(Wait.id == wait_id))
    if execution_id is None:
        return None
    execution, conversation = _locked(execution_id)
    wait = db.session.scalars(select(Wait).where(Wait.id == wait_id).execution_options(populate_existing=True)).one()
    return (wait, execution, conversation) if wait.ended_as is None and execution.is_open else None
