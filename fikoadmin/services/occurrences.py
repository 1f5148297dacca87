"""One occurrence of a schedule: what is stored of it, and the customers whom it starts.

What must not happen twice is unique in the database: an occurrence is the event `schedule:<workflow>:<moment in UTC>`,
a customer's part in it one with the customer's id behind that. So the clock may look late, often, from several
processes, or be turned back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, func, or_, select, true

from .. import matching
from ..engine.graph import Node
from ..engine.schedule import Due, Timetable
from ..extensions import db, transaction
from ..matching import Candidate, LiveWorkflow
from ..models import jobs
from ..models.base import insert_into
from ..models.conversations import CLOSED, Conversation
from ..models.customers import CustomerTag
from ..models.due import clock
from ..models.events import SCHEDULED, Event
from ..models.executions import SKIPPED, Execution
from ..models.held import Held, HeldJob
from ..models.jobs import Job
from ..models.workflows import Workflow, WorkflowVersion
from ..words import N_
from .reactions import Reaction

OVERTAKEN = N_("a later occurrence took its place")
NOBODY = N_("no customer has an open conversation and all tags")
CUT_SHORT = N_("the workflow was stopped, its schedule changed or came due again before all customers were reached")

# The customers that one job starts, each in a transaction of its own; other work comes in between two jobs.
PAGE = 50


def database_now() -> datetime:
    """The clock that says when jobs are due."""
    return db.session.scalars(select(clock())).one()


def timezone() -> ZoneInfo:
    """The installation's."""
    zone: ZoneInfo = current_app.extensions["config"].timezone
    return zone


def first_published(workflow_id: int) -> datetime | None:
    """From that day a schedule without a first day counts, so that publishing again does not move it."""
    versions = select(func.min(WorkflowVersion.created_at)).where(WorkflowVersion.workflow_id == workflow_id)
    return db.session.scalar(versions)


def timetable_of(version: WorkflowVersion) -> Timetable:
    """When the scheduled nodes of that version come due."""
    return Timetable(version.document, timezone(), first_published(version.workflow_id) or version.created_at)


def record(version: WorkflowVersion, due: Due) -> None:
    """Stores an occurrence once, with the job that starts it or the reason why nothing does."""
    event_id = f"schedule:{version.workflow_id}:{due.moment:%Y%m%dT%H%M%SZ}"
    local = due.moment.astimezone(timezone()).isoformat()
    if _store(event_id, {"occurrence": local, "starts": due.starts, "overtaken": due.overtaken}) is None:
        return  # dealt with already: the clock has been turned back since
    if due.starts:
        _queue(event_id, 0)
    else:
        _trace(version.workflow_id, version.id, event_id, OVERTAKEN)


def _store(event_id: str, data: dict[str, Any], **values: Any) -> Event | None:
    """Inserts the event; None where there is one of that id."""
    event = {"id": event_id, "event_type": SCHEDULED, "data": data, **values}
    return db.session.scalar(insert_into(Event).values(event).on_conflict_do_nothing().returning(Event))


def _trace(workflow_id: int, version_id: int | None, event_id: str, reason: str) -> None:
    """Has an occurrence that started nobody, or not all, say why (P15)."""
    execution = Execution(workflow_id=workflow_id, version_id=version_id, event_id=event_id)
    execution.end(SKIPPED, reason)
    db.session.add(execution)


def _queue(event_id: str, after: int) -> None:
    subject = f"{event_id}:{after}"
    Job.requeue(jobs.START_SCHEDULED, subject, key=f"scheduled:{subject}", due_at=database_now())


# -- the customers -----------------------------------------------------------------------------------------------------


def start_scheduled(held: Held) -> None:
    """Starts an occurrence for the next customers, and has another job go on behind them."""
    event_id, after = _subject(held.job)
    turn = Turn.of(event_id)
    customer_ids = turn.customers(after) if turn else []
    last = after
    for customer_id in customer_ids:
        if held.lost():
            return
        if turn and not turn.start(customer_id):
            break  # the next job looks at what is live now
        last = customer_id
    with transaction():
        held.finish()
        if customer_ids:
            _queue(event_id, last)
        elif turn is None:
            workflow = db.session.get_one(Workflow, _workflow_id(event_id))
            _trace(workflow.id, workflow.live_version_id, event_id, CUT_SHORT)
        elif not after:
            _trace(turn.workflow.id, turn.workflow.version_id, event_id, NOBODY)


def passed_over(job: HeldJob, reason: str) -> None:
    """After the last try: the customer at whom it failed is left out, those behind are started."""
    event_id, after = _subject(job)
    turn = Turn.of(event_id)
    if turn is None:
        _queue(event_id, after)
        return
    parts = {turn.event_of(customer_id): customer_id for customer_id in turn.customers(after)}
    known = set(db.session.scalars(select(Event.id).where(Event.id.in_(parts))))
    _queue(event_id, min((each for part, each in parts.items() if part not in known), default=after))


def _subject(job: HeldJob) -> tuple[str, int]:
    event_id, _, after = job.subject.rpartition(":")
    return event_id, int(after)


def _workflow_id(event_id: str) -> int:
    return int(event_id.split(":")[1])


@dataclass(frozen=True)
class Turn:
    """An occurrence under the version that is live now, and the nodes of that which come due with it."""

    event_id: str
    occurrence: str
    workflow: LiveWorkflow
    nodes: list[Node]

    @classmethod
    def of(cls, event_id: str) -> Turn | None:
        """None where nothing that is live comes due then, or all of it has come due again since (P17)."""
        data = db.session.get_one(Event, event_id).data
        workflow = matching.index().workflows.get(_workflow_id(event_id))
        if workflow is None:
            return None
        timetable = timetable_of(db.session.get_one(WorkflowVersion, workflow.version_id))
        due = timetable.at(datetime.fromisoformat(data["occurrence"]), database_now())
        nodes = [workflow.graph.node(node_id) for node_id in due if node_id in data["starts"]]
        return cls(event_id, data["occurrence"], workflow, nodes) if nodes else None

    def customers(self, after: int) -> Sequence[int]:
        """The ids of the next customers that have an open conversation and all tags of a node."""
        tagged = or_(*(_has_all(_tags(node)) for node in self.nodes))
        found = select(Conversation.customer_id).where(Conversation.status != CLOSED, tagged).distinct()
        following = found.where(Conversation.customer_id > after).order_by(Conversation.customer_id).limit(PAGE)
        return db.session.scalars(following).all()

    def event_of(self, customer_id: int) -> str:
        """The id of that customer's part."""
        return f"{self.event_id}:{customer_id}"

    def start(self, customer_id: int) -> bool:
        """Starts it for one customer, in a transaction of its own; False where another version is live by now."""
        with transaction():
            index = matching.index()
            workflow = index.workflows.get(self.workflow.id)
            if workflow is None or workflow.version_id != self.workflow.version_id:
                return False
            if conversation := _open_conversation(customer_id):
                self._start_in(conversation, index.generation)
        return True

    def _start_in(self, conversation: Conversation, generation: int) -> None:
        customer = conversation.customer
        tags = customer.tags
        starts = [node["id"] for node in self.nodes if _tags(node) <= set(tags)]
        if not starts:
            return
        event = _store(
            self.event_of(customer.id), {"occurrence": self.occurrence},
            conversation_id=conversation.id, customer_id=customer.id,
            snapshot={"source": conversation.source, "tags": tags, "generation": generation},
            considered=[Candidate(self.workflow, starts).as_data()],
        )  # fmt: skip
        if event:
            reaction = Reaction(event, customer, conversation)
            reaction.start(self.workflow, starts, event)
            reaction.run_caused()


def _tags(node: Node) -> set[str]:
    return set(node.get("tags") or [])


def _has_all(tags: set[str]) -> ColumnElement[bool]:
    """Whether a conversation's customer has those tags."""
    if not tags:
        return true()
    his = CustomerTag.customer_id == Conversation.customer_id, CustomerTag.name.in_(tags)
    had = select(func.count()).select_from(CustomerTag).where(*his).correlate(Conversation)
    return had.scalar_subquery() == len(tags)


def _open_conversation(customer_id: int) -> Conversation | None:
    """The customer's open conversation that changed last, locked: no other one is locked on the way."""
    conversation_id = db.session.scalar(
        select(Conversation.id)
        .where(Conversation.customer_id == customer_id, Conversation.status != CLOSED)
        .order_by(Conversation.updated_at.desc())
        .limit(1)
        .with_for_update()
    )
    return Conversation.locked(conversation_id) if conversation_id else None
