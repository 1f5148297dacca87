"""Executions: started by an event, gone on with by a job, cancelled and retried by people."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.interfaces import LoaderOption

from .. import matching
from ..engine.outcomes import FAILED
from ..errors import Conflict, Invalid, NotFound, Problem
from ..extensions import db, transaction
from ..matching import LiveWorkflow
from ..models import events
from ..models.actors import Actor
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..models.executions import OPEN, Execution
from ..models.held import Held
from ..models.workflows import Workflow
from ..words import N_, P_
from .conversations import STALE
from .reactions import Reaction, settle

CANCELLED = N_("cancelled")
CANCELLED_BY = P_("cancelled: %(name)s")
STOPPED = N_("stopped when another version was published, or the workflow was stopped")
STOPPED_AT_ONCE = 100


def trigger(workflow_id: int, conversation_id: str, actor: Actor, epoch: int | None = None) -> Execution:
    """Runs a live workflow on a conversation by hand: the When filters are ignored, limits count.

    Raises NotFound for the workflow, Invalid for the conversation, Conflict where the workflow is not live or
    `epoch`, where given, is not the conversation's present one (P23).
    """
    with transaction():
        conversation = Conversation.locked(conversation_id)
        if conversation is None:
            raise Invalid("conversation_id", N_("there is no such conversation"))
        if epoch is not None and epoch != conversation.epoch:
            raise Conflict(STALE, conversation=conversation)
        workflow = _live(workflow_id)
        event = Event(
            event_type=events.MANUAL, conversation_id=conversation.id, customer_id=conversation.customer_id,
            data={}, chain=[], snapshot=_by(actor),
        )  # fmt: skip
        reaction = Reaction(event, conversation.customer, conversation)
        execution = reaction.start(workflow, [node["id"] for node in workflow.graph.starts()], event)
        reaction.run_caused()
    return execution


def _not_live(workflow_id: int) -> Problem:
    workflow = db.session.get(Workflow, workflow_id)
    if workflow is None:
        return NotFound(N_("there is no such workflow"))
    return Conflict(N_("only a workflow that is ACTIVE can be triggered; activate it first"))


def cancel(execution_id: int, actor: Actor) -> Execution:
    """Ends an execution that has not ended; neither status nor flag follows (P6). Raises NotFound, Conflict."""
    with transaction():
        execution, conversation = locked(execution_id)
        if not execution.is_open:
            raise Conflict(N_("the execution has ended already"))
        _cancel(execution, conversation, CANCELLED_BY % {"name": actor.label} if actor.label else CANCELLED)
    return execution


def _cancel(execution: Execution, conversation: Conversation | None, reason: str) -> None:
    conversation.end_waits(execution) if conversation else execution.end_waits()
    execution.cancel(reason)
    settle(execution.event, conversation)


def stop_older(held: Held) -> None:
    """Cancels the open executions of a workflow that run on another version than `held.job.epoch`, one by one."""
    workflow_id = int(held.job.subject)
    older = Execution.workflow_id == workflow_id, Execution.status.in_(OPEN), Execution.version_id != held.job.epoch
    last = 0
    while not held.lost():
        found = select(Execution.id).where(*older, Execution.id > last).order_by(Execution.id).limit(STOPPED_AT_ONCE)
        ids = db.session.scalars(found).all()
        if not ids:
            return
        for last in ids:
            _stop(last)


def _stop(execution_id: int) -> None:
    with transaction():
        execution, conversation = locked(execution_id)
        if execution.is_open:
            _cancel(execution, conversation, STOPPED)


def open_on_other_versions(workflow_id: int, version_id: int | None) -> int:
    """How many executions of a workflow are running or waiting on another version than that."""
    older = Execution.workflow_id == workflow_id, Execution.status.in_(OPEN), Execution.version_id != (version_id or 0)
    return db.session.scalar(select(func.count()).select_from(Execution).where(*older)) or 0


def retry(execution_id: int, actor: Actor, *, on_live: bool = False, from_failed: bool = False) -> Execution:
    """Runs an ended execution again, as a new execution for an event of its own: on its version or the live one,
    from its start or from where it failed, with the answers that it had.

    Raises NotFound; Conflict where the execution has not ended, nothing failed or the workflow is not live.
    """
    with transaction():
        old, conversation = locked(execution_id)
        if old.is_open:
            raise Conflict(N_("the execution has not ended; cancel it first"))
        if old.event.event_type == events.SCHEDULED and old.customer_id is None:
            raise Conflict(N_("this only says that a scheduled moment was passed over; it is no customer's"))
        workflow = _live(old.workflow_id) if on_live else as_it_ran(old)
        starts = _failed_of(old, workflow) if from_failed else _starts_of(old, workflow)
        event = Event(
            event_type=old.event.event_type, conversation_id=old.conversation_id, customer_id=old.customer_id,
            data=old.event.data, chain=old.event.chain, snapshot=_by(actor),
        )  # fmt: skip
        reaction = Reaction(event, customer_of(old), conversation)
        execution = reaction.start(workflow, starts, event, retry_of=old)
        reaction.run_caused()
    return execution


def _by(actor: Actor) -> dict[str, Any]:
    """Who it was (P25): an event that a person makes is matched with nothing else."""
    return {"actor": {"kind": actor.kind, "id": actor.id, "label": actor.label}}


def _live(workflow_id: int) -> LiveWorkflow:
    workflow = matching.index().workflows.get(workflow_id)
    if workflow is None:
        raise _not_live(workflow_id)
    return workflow


def customer_of(execution: Execution) -> Customer | None:
    return db.session.get(Customer, execution.customer_id) if execution.customer_id else None


def _starts_of(old: Execution, workflow: LiveWorkflow) -> list[str]:
    ran = [step.node_id for step in old.steps if step.node_type == "when" and step.node_id in workflow.graph.nodes]
    return ran or [node["id"] for node in workflow.graph.starts()]


def _failed_of(old: Execution, workflow: LiveWorkflow) -> list[str]:
    """The nodes where it ended too early: those that failed without a way on, and those that had no outcome yet."""
    stuck = [s.node_id for s in old.steps if s.connection is None and s.outcome in (None, FAILED)]
    starts = [node_id for node_id in dict.fromkeys(stuck) if node_id in workflow.graph.nodes]
    if not starts:
        raise Conflict(N_("no step of this execution failed that could be tried again; retry it from its start"))
    return starts


def as_it_ran(execution: Execution) -> LiveWorkflow:
    """The workflow at the version that the execution began on (P19), under its present name."""
    return replace(matching.published(execution.version_id), name=execution.workflow.name)


def locked(execution_id: int) -> tuple[Execution, Conversation | None]:
    """The execution and its conversation, whose lock guards both. Raises NotFound."""
    conversation_id = db.session.scalar(select(Execution.conversation_id).where(Execution.id == execution_id))
    conversation = Conversation.locked(conversation_id) if conversation_id else None
    one = select(Execution).where(Execution.id == execution_id).options(*with_cause()).with_for_update(of=Execution)
    execution = db.session.scalar(one.execution_options(populate_existing=True))
    if execution is None:
        raise NotFound(N_("there is no such execution"))
    return execution, conversation


def with_cause() -> tuple[LoaderOption, ...]:
    """Loads with an execution what every go at it asks for."""
    return joinedload(Execution.event), joinedload(Execution.workflow)
