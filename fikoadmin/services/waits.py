"""Executions that wait go on: with the customer's answer, at their time, or with the outcome of a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from flask import current_app
from sqlalchemy import Select, bindparam, select

from ..engine.conditions import Judgement
from ..engine.interpreter import Run
from ..engine.outcomes import Outcome
from ..extensions import db, transaction
from ..models.conversations import Conversation
from ..models.events import Event
from ..models.executions import RUNNING, Execution, Step
from ..models.held import Held
from ..models.waits import ANSWER, Wait
from .executions import as_it_ran, customer_of, locked, with_cause
from .limits import by_date
from .reactions import Reaction, settle


@dataclass(frozen=True)
class OpenWait:
    """A wait that nothing has ended yet, everything about it locked."""

    wait: Wait
    execution: Execution
    conversation: Conversation | None


def hear(event: Event, conversation: Conversation, text: str) -> Execution:
    """Gives the question asked last the customer's message; that it waits must be known. Joins the transaction."""
    wait = Wait.open_answers(conversation.id)[0]
    with _Going(OpenWait(wait, wait.execution, conversation)) as run:
        run.hear(wait, text)
    event.snapshot = {"taken_by": wait.execution_id}
    return wait.execution


def end_wait(held: Held) -> None:
    """A moment has come: a delay is over, or the customer did not answer in time."""
    with _quiet_transaction():
        found = find_open(int(held.job.subject))
        held.finish()
        if found:
            with _Going(found) as run:
                if found.wait.kind == ANSWER:
                    run.time_out(found.wait)
                else:
                    workflow = as_it_ran(found.execution)
                    run.come_due(found.wait, by_date(workflow, current_app.extensions["config"].timezone))


def judge(wait_id: int, judgement: Judgement) -> None:
    """Goes on with the execution that waits for `judgement`; nothing happens where it waits no more."""
    with _quiet_transaction():
        if found := find_open(wait_id):
            with _Going(found) as run:
                run.judge(found.wait, judgement)


def conclude(wait_id: int, outcome: Outcome) -> None:
    """Goes on with the execution that waits for a call's outcome; nothing happens where it waits no more."""
    with _quiet_transaction():
        if found := find_open(wait_id):
            with _Going(found) as run:
                run.conclude(found.wait, outcome, "outcome")


def attempted(wait_id: int, attempts: int, reason: str) -> None:
    """That attempt has failed and another follows: the step says so (P15).

    After the first one the execution no longer holds back the AI's turn.
    """
    with transaction() as session:
        found = find_open(wait_id)
        if found is None:
            return
        ours = Step.execution_id == found.execution.id, Step.position == found.wait.step_position
        step = session.scalars(select(Step).where(*ours)).one()
        step.data = {**step.data, "attempts": attempts, "last_failure": reason}
        if not found.wait.attempted:
            found.wait.attempted = True
            settle(found.execution.event, found.conversation)


def continue_execution(held: Held) -> None:
    """Runs on with an execution that has had its steps for one go."""
    with _quiet_transaction():
        execution, conversation = locked(int(held.job.subject))
        held.finish()
        if execution.status == RUNNING:
            reaction = Reaction(execution.event, customer_of(execution), conversation)
            reaction.run_of(execution, as_it_ran(execution)).advance()
            reaction.run_caused()
            settle(execution.event, conversation)


def find_open(wait_id: int) -> OpenWait | None:
    """The wait under its conversation's lock; None where it has ended, or its execution has."""
    conversation_id = db.session.scalar(_place(), {"id": wait_id})
    conversation = Conversation.locked(conversation_id) if conversation_id else None
    found = db.session.execute(_locking(), {"id": wait_id}).one_or_none()
    if found is None:
        return None
    wait, execution = found
    return OpenWait(wait, execution, conversation) if wait.ended_as is None and execution.is_open else None


# Built once, because they run for every execution that goes on.


@cache
def _place() -> Select[str | None]:
    return select(Wait.conversation_id).where(Wait.id == bindparam("id"))


@cache
def _locking() -> Select[Wait, Execution]:
    both = select(Wait, Execution).join(Wait.execution).where(Wait.id == bindparam("id")).options(*with_cause())
    return both.with_for_update(of=[Wait, Execution]).execution_options(populate_existing=True)


@contextmanager
def _quiet_transaction() -> Iterator[None]:
    """Each query in between would write what has changed so far, row by row: it is written once, at the end."""
    with transaction() as session, session.no_autoflush:
        yield


class _Going:
    """A go at an execution that waited, with what follows from it: events that it caused, the AI's turn."""

    def __init__(self, found: OpenWait) -> None:
        self._found = found
        self._reaction = Reaction(found.execution.event, customer_of(found.execution), found.conversation)

    def __enter__(self) -> Run:
        return self._reaction.run_of(self._found.execution, as_it_ran(self._found.execution))

    def __exit__(self, failed: object, *_details: object) -> None:
        if failed is None:
            self._reaction.run_caused()
            settle(self._found.execution.event, self._found.conversation)
