"""Executions that wait go on: with the customer's answer, at their time, or with the outcome of a call."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select

from ..engine.conditions import Judgement
from ..engine.interpreter import Run
from ..engine.outcomes import Outcome
from ..extensions import db, transaction
from ..models.conversations import Conversation
from ..models.events import Event
from ..models.executions import RUNNING, Execution
from ..models.held import Held
from ..models.waits import ANSWER, Wait
from .executions import as_it_ran, customer_of, lock, locked
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
    with transaction():
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
    with transaction():
        if found := find_open(wait_id):
            with _Going(found) as run:
                run.judge(found.wait, judgement)


def conclude(wait_id: int, outcome: Outcome) -> None:
    """Goes on with the execution that waits for a call's outcome; nothing happens where it waits no more."""
    with transaction():
        if found := find_open(wait_id):
            with _Going(found) as run:
                run.conclude(found.wait, outcome, "outcome")


def attempted(wait_id: int) -> None:
    """A call's first attempt is over without an outcome: the execution no longer holds back the AI's turn."""
    with transaction():
        found = find_open(wait_id)
        if found and not found.wait.attempted:
            found.wait.attempted = True
            settle(found.execution.event, found.conversation)


def continue_execution(held: Held) -> None:
    """Runs on with an execution that has had its steps for one go."""
    with transaction():
        execution, conversation = locked(int(held.job.subject))
        held.finish()
        if execution.status == RUNNING:
            reaction = Reaction(execution.event, customer_of(execution), conversation)
            reaction.run_of(execution, as_it_ran(execution)).advance()
            reaction.run_caused()
            settle(execution.event, conversation)


def find_open(wait_id: int) -> OpenWait | None:
    """The wait under its conversation's lock; None where it has ended, or its execution has."""
    of_it = select(Execution.id, Execution.conversation_id).join(Wait, Wait.execution_id == Execution.id)
    place = db.session.execute(of_it.where(Wait.id == wait_id)).one_or_none()
    if place is None:
        return None
    execution, conversation = lock(*place)
    wait = db.session.get_one(Wait, wait_id, populate_existing=True)
    return OpenWait(wait, execution, conversation) if wait.ended_as is None and execution.is_open else None


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
