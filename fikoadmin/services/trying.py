"""A draft tried out: the real interpreter on real rows, in a transaction that is rolled back.

So a trial does what an execution would do and leaves nothing behind: no row, no message, no call, no line in the log.
Only this workflow runs; what its events would start in others is not followed. Each trial is played from its beginning,
with everything that happened in it so far.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from .. import matching
from ..ai.language import language_of
from ..clock import own_time
from ..destinations import SUPPORT
from ..engine import outcomes
from ..engine.actions import owner
from ..engine.graph import Graph
from ..engine.interpreter import Run
from ..errors import Invalid
from ..extensions import db, transaction
from ..matching import LiveWorkflow, Snapshot
from ..models import events, waits
from ..models.actors import Actor
from ..models.conversations import AWAITS_ANSWER, CLOSED, OWNER_CHANGED, Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..models.executions import RUNNING, Execution
from ..models.messages import Message
from ..models.waits import Wait
from ..models.workflows import Workflow, WorkflowVersion
from ..words import N_
from . import customers, workflows
from .limits import by_date
from .reactions import Reaction, ai_turn
from .trials import (
    AI,
    ANSWER,
    DONE,
    FAILS,
    FALSE,
    MOVES_AT_MOST,
    OPERATOR,
    TIME,
    TRUE,
    Facts,
    Move,
    Occasion,
    Trial,
    due,
    is_judgement,
)

ASSUMED = N_("in this trial it was to fail")
SOMETHING = "…"
"""What somebody says whose words do not matter."""


class _Over(Exception):
    """Ends the transaction of a trial."""


def try_draft(workflow_id: int, occasion: Occasion, moves: Sequence[Move], actor: Actor) -> Trial:
    """Plays the occasion and then the moves on the workflow's draft; `actor` is the operator among them.

    Raises NotFound for the workflow, Invalid for the conversation.
    """
    played: list[Trial] = []
    try:
        with own_time() as turn, transaction():
            if occasion.at is not None:
                turn(occasion.at)
            played.append(_Stage(workflows.found(workflow_id), occasion, turn, actor).play(moves))
            raise _Over
    except _Over:
        return played[0]


class _Stage:
    """One trial while it is played."""

    def __init__(self, workflow: Workflow, occasion: Occasion, turn: Callable[[datetime], None], actor: Actor) -> None:
        self.occasion, self.turn, self.actor = occasion, turn, actor
        self.live = _as_if_live(workflow)
        self.conversation = self._conversation()
        self.customer: Customer = self.conversation.customer
        self.last_message = _last_message(self.conversation)
        self.before = self._facts()
        self.was_awaited = self.conversation.awaited_answers > 0
        self.event = self._event()
        self.reaction = Reaction(self.event, self.customer, self.conversation)
        self.execution: Execution | None = None

    def play(self, moves: Sequence[Move]) -> Trial:
        starts, refusals = self._starts()
        missed = 0
        if starts:
            self.execution = self.reaction.start(self.live, starts, self.event)
            self._run_on(self.execution)
            missed = sum(not self._make(move) for move in moves[:MOVES_AT_MOST])
        return self._told(refusals, missed)

    # -- how it begins -------------------------------------------------------------------------------------------

    def _conversation(self) -> Conversation:
        wanted = self.occasion
        if wanted.conversation_id:
            known = Conversation.locked(wanted.conversation_id)
            if known is None:
                raise Invalid("conversation_id", N_("there is no such conversation"))
            return known
        fields = {"first_name": wanted.name}
        person, _is_new = customers.find_or_make(fields, wanted.channel, None, list(wanted.tags))
        config = current_app.extensions["config"]
        begun = Conversation.start(person, wanted.channel, self.actor, language_of(wanted.text) or config.locale)
        db.session.flush()
        return begun

    def _event(self) -> Event:
        """What happens, with what a real event of its type brings about before any workflow is asked."""
        wanted, message_id, data = self.occasion, None, {}
        if wanted.event_type == events.TAG_ADDED:
            self.customer.add_tag(wanted.tag)
            data = {"tag": wanted.tag}
        elif wanted.event_type in (events.MESSAGE_RECEIVED, events.INSTAGRAM_COMMENT):
            data = {"content": wanted.text}
        if wanted.text and wanted.event_type != events.INSTAGRAM_COMMENT:
            message_id = self._receive(wanted.text)
        event = Event(
            event_type=wanted.event_type, conversation_id=self.conversation.id, customer_id=self.customer.id,
            data=data, chain=[], message_id=message_id,
        )  # fmt: skip
        db.session.add(event)
        return event

    def _receive(self, text: str, consumed: bool = False) -> int:
        if self.conversation.status == CLOSED:
            self.conversation.reopen(Actor("customer"))
        return self.conversation.receive(text, message_id=None, language=language_of(text) or "", consumed=consumed)

    def _starts(self) -> tuple[list[str], list[dict[str, Any]]]:
        """Where the workflow starts, or why it does not."""
        if self.occasion.event_type == events.MANUAL:
            return [node["id"] for node in self.live.starts], []
        if self.occasion.event_type == events.MESSAGE_RECEIVED and self.was_awaited:
            return [], [{"reason": AWAITS_ANSWER, "expected": None, "actual": None}]
        snapshot = Snapshot.of(self.event, self.conversation.source, tuple(self.customer.tags))
        found = matching.examine(self.live, snapshot, [])
        return found.starts, [] if found.starts else found.refusals

    # -- how it goes on ------------------------------------------------------------------------------------------

    def _run(self, execution: Execution) -> Run:
        return self.reaction.run_of(execution, self.live)

    def _run_on(self, execution: Execution) -> None:
        """What a job would go on with after the steps of one go."""
        while execution.status == RUNNING:
            self._run(execution).advance()

    def _make(self, move: Move) -> bool:
        """Whether the move still fitted and was made."""
        if self.execution is None or move.what not in MOVES:
            return False
        db.session.flush()
        fitted = MOVES[move.what](self, self.execution, move)
        self._run_on(self.execution)
        return fitted

    def _answer(self, execution: Execution, move: Move) -> bool:
        asked = [wait for wait in Wait.open_of(execution.id) if wait.kind == waits.ANSWER]
        if asked and move.text:
            self._receive(move.text, consumed=True)
            self._run(execution).hear(max(asked, key=lambda wait: wait.id), move.text)
        return bool(asked and move.text)

    def _let_time_pass(self, execution: Execution, _move: Move) -> bool:
        timed = [wait for wait in Wait.open_of(execution.id) if wait.due_at]
        if not timed:
            return False
        first = min(timed, key=due)
        self.turn(due(first))
        if first.kind == waits.ANSWER:
            self._run(execution).time_out(first)
        else:
            refusal = by_date(self.live, current_app.extensions["config"].timezone)
            self._run(execution).come_due(first, refusal)
        return True

    def _judge(self, execution: Execution, move: Move) -> bool:
        wait = _call(execution, move.position, judged=True)
        if wait:
            self._run(execution).judge(wait, move.what == TRUE)
        return wait is not None

    def _conclude(self, execution: Execution, move: Move) -> bool:
        wait = _call(execution, move.position, judged=False)
        if wait is None:
            return False
        outcome = outcomes.done(True) if move.what == DONE else outcomes.failed(ASSUMED)
        if self.conversation.epoch != execution.epoch:  # then no call is made
            outcome = outcomes.skipped(OWNER_CHANGED, None)
        self._run(execution).conclude(wait, outcome, "outcome")
        return True

    def _let_ai_answer(self, _execution: Execution, _move: Move) -> bool:
        if self.conversation.unanswered_since is None or not self.conversation.ai_may_reply:
            return False
        self.conversation.answer(SOMETHING)
        self.conversation.asked = False
        return True

    def _let_operator_answer(self, _execution: Execution, _move: Move) -> bool:
        self.conversation.reply(SOMETHING, self.actor)
        self.conversation.take_over(self.actor, SUPPORT)
        self.conversation.asked = False
        return True

    # -- what is told of it --------------------------------------------------------------------------------------

    def _told(self, refusals: list[dict[str, Any]], missed: int) -> Trial:
        session, execution = db.session, self.execution
        session.flush()
        own = [execution] if execution else []
        turn = ai_turn(self.event, self.conversation, own)
        trial = Trial(
            self.live.graph, execution, refusals, Wait.open_of(execution.id) if execution else [],
            _messages_after(self.conversation, self.last_message), self.before, self._facts(), missed,
            self.conversation.asked, turn, self.conversation.silent_because(),
        )  # fmt: skip
        session.flush()
        for row in (*own, *trial.waits, *trial.messages):
            session.expunge(row)  # a rollback empties what the session still holds
        return trial

    def _facts(self) -> Facts:
        person = self.customer
        known = {"tags": list(person.tags), "email": person.email, "phone_number": person.phone_number}
        return owner(self.conversation) | known


MOVES: Mapping[str, Callable[[_Stage, Execution, Move], bool]] = {
    ANSWER: _Stage._answer,
    TIME: _Stage._let_time_pass,
    TRUE: _Stage._judge,
    FALSE: _Stage._judge,
    DONE: _Stage._conclude,
    FAILS: _Stage._conclude,
    AI: _Stage._let_ai_answer,
    OPERATOR: _Stage._let_operator_answer,
}


def _call(execution: Execution, position: int, judged: bool) -> Wait | None:
    """The open wait of the step at that position for a judgement, or for the outcome of a call."""
    calls = (wait for wait in Wait.open_of(execution.id) if wait.kind == waits.JOB and is_judgement(wait) is judged)
    return next((wait for wait in calls if wait.step_position == position), None)


@dataclass(frozen=True)
class _AsIfLive(LiveWorkflow):
    """Has its graph with it: a process keeps graphs by their version's id, and this id is soon another version's."""

    own_graph: Graph

    @property
    def graph(self) -> Graph:
        return self.own_graph


def _as_if_live(workflow: Workflow) -> LiveWorkflow:
    """The workflow as it would be if its draft were published now."""
    document = workflows.draft(workflow)
    version = WorkflowVersion(workflow_id=workflow.id, number=workflows.MOST_VERSIONS, document=document, digest="")
    db.session.add(version)
    db.session.flush()
    return _AsIfLive(**vars(matching.as_live(workflow, version)), own_graph=Graph(document))


def _last_message(conversation: Conversation) -> int:
    newest = select(func.max(Message.id)).where(Message.conversation_id == conversation.id)
    return db.session.scalar(newest) or 0


def _messages_after(conversation: Conversation, message_id: int) -> list[Message]:
    later = select(Message).where(Message.conversation_id == conversation.id, Message.id > message_id)
    return list(db.session.scalars(later.order_by(Message.id)))
