"""What an event sets going: executions one after another, the events that those cause, then the AI's turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial
from typing import Any

from flask import current_app
from sqlalchemy import select

from .. import matching
from ..clock import now
from ..engine.interpreter import Run, answers_of
from ..extensions import db
from ..matching import LiveWorkflow, Snapshot
from ..models import waits
from ..models.actors import Actor
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import MESSAGE_RECEIVED, Event
from ..models.executions import RUNNING, SKIPPED, WAITING, Execution
from ..models.waits import Wait
from .limits import held_back

# A chain of events that cause each other ends here, and the cut is recorded (P14).
CHAIN_LENGTH = 10
CAUSED_AT_ONCE = 100

QUEUED = "queued"
NONE = "none"
PENDING = "pending"


class Reaction:
    """Everything that one event starts, in the transaction and under the lock that its caller holds."""

    def __init__(self, event: Event, customer: Customer | None, conversation: Conversation | None) -> None:
        self.event, self.customer, self.conversation = event, customer, conversation
        self._caused: deque[Event] = deque()

    def run_matching(self) -> list[Execution]:
        """Starts what the event matches, then what the events caused by that match; returns its own executions."""
        executions = self._run_matching(self.event)
        self.run_caused()
        return executions

    def run_caused(self) -> None:
        """Lets the events that executions have caused start others, breadth first, bounded."""
        for _ in range(CAUSED_AT_ONCE):
            if not self._caused:
                return
            self._run_matching(self._caused.popleft())
        for event in self._caused:
            event.cut = True

    def start(
        self, workflow: LiveWorkflow, node_ids: Iterable[str], event: Event, retry_of: Execution | None = None
    ) -> Execution:
        """One execution, run as far as it goes, or held back by a limit with the reason."""
        reason = "" if retry_of else self._held_back(workflow)
        execution = self._new_execution(workflow, event, retry_of)
        if reason:
            execution.end(SKIPPED, reason)
        else:
            self.run_of(execution, workflow).start(node_ids)
        return execution

    def run_of(self, execution: Execution, workflow: LiveWorkflow) -> Run:
        """The interpreter's run of that execution, its effects fenced and its events caught here."""
        actor = Actor("workflow", str(workflow.id), workflow.name, workflow.version, execution=execution)
        return Run(
            execution, workflow.graph, actor, execution.event, self.customer, self.conversation,
            current_app.extensions["config"].timezone, partial(self._emit, execution.event, workflow.id),
        )  # fmt: skip

    def _new_execution(self, workflow: LiveWorkflow, event: Event, retry_of: Execution | None) -> Execution:
        execution = Execution(
            workflow_id=workflow.id, version_id=workflow.version_id, event=event, status=RUNNING, reason="",
            conversation_id=self.conversation.id if self.conversation else None,
            customer_id=self.customer.id if self.customer else None,
            epoch=self.conversation.epoch if self.conversation else 0,
            state=answers_of(retry_of) if retry_of else {}, retry_of_id=retry_of.id if retry_of else None,
            reacted=False, started_at=now(), steps=[],
        )  # fmt: skip
        db.session.add(execution)
        return execution

    def _held_back(self, workflow: LiveWorkflow) -> str:
        return held_back(
            workflow,
            self.customer.id if self.customer else None,
            self.conversation.id if self.conversation else None,
            current_app.extensions["config"].timezone,
        )

    def _run_matching(self, event: Event) -> list[Execution]:
        snapshot = self._snapshot(event)
        index = matching.index()
        event.snapshot = {**event.snapshot, "generation": index.generation}
        candidates = index.consider(snapshot, event.chain)
        event.considered = [candidate.as_data() for candidate in candidates]
        return [self.start(c.workflow, c.starts, event) for c in candidates if c.starts]

    def _snapshot(self, event: Event) -> Snapshot:
        conversation, customer = self.conversation, self.customer
        source = conversation.source if conversation else customer.source if customer else ""
        snapshot = Snapshot.of(event, source, tuple(customer.tags) if customer else ())
        event.snapshot = {"source": snapshot.source, "tags": list(snapshot.tags)}
        return snapshot

    def _emit(self, cause: Event, workflow_id: int, event_type: str, data: dict[str, Any]) -> None:
        event = Event(
            event_type=event_type, conversation_id=cause.conversation_id, customer_id=cause.customer_id,
            data=data, chain=[*cause.chain, workflow_id], cut=False,
        )  # fmt: skip
        db.session.add(event)
        if len(event.chain) >= CHAIN_LENGTH:
            event.cut = True
        else:
            self._caused.append(event)


def ai_turn(event: Event, conversation: Conversation | None, executions: list[Execution]) -> str:
    """Queues the AI's answer to a customer's message if it is its turn: `queued`, `none`, or `pending` where an
    execution must come to its end or first wait before that can be said.
    """
    if event.event_type != MESSAGE_RECEIVED or conversation is None:
        return NONE
    if any(_holds_back(execution) for execution in executions):
        return PENDING
    if conversation.silent_because() is not None:
        return NONE
    if not any(execution.reacted for execution in executions):
        return QUEUED if conversation.ask_ai() else NONE
    return QUEUED if conversation.asked else NONE


def _holds_back(execution: Execution) -> bool:
    """Whether it is too early to say that this execution leaves the message to the AI.

    A call's outcome counts as awaited, no longer as being computed, after the call's first attempt.
    """
    if execution.status != WAITING:
        return execution.status == RUNNING
    return any(wait.kind == waits.JOB and not wait.attempted for wait in Wait.open_of(execution.id))


def settle(event: Event, conversation: Conversation | None) -> None:
    """After a later go at one of an event's executions: the AI's turn may have come now.

    Not where the message that began it has been answered: what is unanswered is later, and has its own executions.
    """
    db.session.flush()
    if event.message_id is not None and conversation and conversation.is_unanswered(event.message_id):
        executions = db.session.scalars(select(Execution).where(Execution.event_id == event.id))
        ai_turn(event, conversation, list(executions))
