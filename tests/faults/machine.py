"""Everything that can happen to one conversation, in any order, and what must be true after each step."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from redis import Redis
from sqlalchemy import Select, func, select, update

from fikoadmin.destinations import DESTINATIONS
from fikoadmin.errors import Conflict
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs.kinds import KINDS
from fikoadmin.jobs.runner import Runner
from fikoadmin.mirror import keys
from fikoadmin.models.base import database_time
from fikoadmin.models.executions import OPEN, Execution
from fikoadmin.models.jobs import ANSWER_CUSTOMER, AVAILABLE, END_WAIT, Job
from fikoadmin.models.messages import WORKFLOW_MESSAGE, Message
from fikoadmin.models.waits import Wait
from fikoadmin.services import conversations, executions
from tests.faults import truth
from tests.faults.ground import PERSON, history, new_conversation, say, shown
from tests.faults.listening import ASK, HUMAN, NOTICE, SILENCE, WAIT
from tests.faults.redis_states import LIE
from tests.faults.thoughts import Thought
from tests.faults.world import World

PEOPLE = tuple(destination.value for destination in DESTINATIONS if destination.to_people)

Owner = tuple[str, bool, str, int]


class ConversationMachine(RuleBasedStateMachine):
    """F13: `expected` is who must own the conversation, after the table of product words "Who owns a conversation".

    A new operation is a rule that changes the conversation through a service and says what it expects then.
    """

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.id = new_conversation()
        self.expected: Owner = ("active", True, "ai", 1)
        self.flying: list[Thought] = []
        self.notices = 0
        self.mirror = "in step"

    def teardown(self) -> None:
        """P10: whatever has happened, who comes back to the AI is answered, once."""
        self.is_redirected("sales")
        self.is_redirected("ai")
        self.has_the_ai_asked()
        while self.flying:
            self.flying.pop().land()
        self.p02_p10_answers()
        assert shown(self.id).unanswered_message_id is None, "the AI owes an answer"
        db.session.remove()

    # -- who owns it ---------------------------------------------------------------------------------------------

    @property
    def status(self) -> str:
        return self.expected[0]

    def owns(self, status: str, ai_enabled: bool, destination: str | None = None) -> bool:
        """Expects that owner, in a new epoch if it is another; whether it is."""
        destination = destination or self.expected[2]
        changed = self.expected[:3] != (status, ai_enabled, destination)
        self.expected = (status, ai_enabled, destination, self.expected[3] + changed)
        if self.mirror != "a lie":
            self.mirror = "in step"
        return changed

    def _redirected(self, destination: str) -> None:
        is_ai = destination == "ai"
        self.notices += self.owns("active" if is_ai else "support_active", is_ai, destination)

    @rule(destination=st.sampled_from([d.value for d in DESTINATIONS]))
    def is_redirected(self, destination: str) -> None:
        conversations.redirect(self.id, destination, PERSON)
        self._redirected(destination)

    @rule(back=st.integers(1, 3))
    def is_clicked_stale(self, back: int) -> None:
        """P23: whoever saw an older epoch changes nothing."""
        with suppress(Conflict):
            conversations.redirect(self.id, "general", PERSON, epoch=self.expected[3] - back)
            raise AssertionError("a stale click was obeyed")

    @rule(department=st.sampled_from(PEOPLE))
    def is_taken_over(self, department: str) -> None:
        conversations.take_over(self.id, PERSON, department)
        if self.status != "support_active":
            self.owns("support_active", False, department)

    @rule()
    def is_answered_by_people(self) -> None:
        conversations.reply(self.id, "Let me look", PERSON, "sales")
        if self.status != "support_active":
            self.owns("support_active", False, "sales")

    @rule()
    def is_closed(self) -> None:
        conversations.close(self.id, PERSON)
        self.owns("closed", False)

    @rule(enabled=st.booleans())
    def has_its_ai_switched(self, enabled: bool) -> None:
        if enabled and self.status != "active":
            with suppress(Conflict):
                conversations.set_ai(self.id, True, PERSON)
                raise AssertionError("the AI was enabled where it must not be")
            return
        conversations.set_ai(self.id, enabled, PERSON)
        self.owns(self.status, enabled)

    @rule()
    def is_given_to_a_campaign(self) -> None:
        with transaction():
            conversations.locked(self.id).start_campaign(PERSON)
        self.owns("marketing_active", False)

    # -- what the customer writes --------------------------------------------------------------------------------

    @rule(content=st.sampled_from(["hello", "hello", HUMAN, SILENCE, ASK, WAIT, "ada@example.com", "stop"]))
    def hears_from_the_customer(self, content: str) -> None:
        is_awaited = shown(self.id).awaited_answers > 0
        say(self.id, content)
        if self.status == "closed":
            self.owns("active", True, "ai")
        if not is_awaited:
            self._matched(content)

    def _matched(self, content: str) -> None:
        if content == HUMAN:
            self._redirected("support")
        if content == SILENCE:
            self.owns(self.status, False)

    @rule()
    def has_a_workflow_started_by_hand(self) -> None:
        executions.trigger(self.world.by_hand, self.id, PERSON)
        self._redirected("technical")

    # -- what workers do -----------------------------------------------------------------------------------------

    @rule()
    def has_the_ai_asked(self) -> None:
        """An answer that is due is begun; it lands when `has_an_answer_land` says so."""
        due = select(Job.id).where(Job.kind == ANSWER_CUSTOMER, Job.subject.startswith(self.id))
        free = due.where(Job.state == AVAILABLE, Job.lease_token.is_(None))
        time.sleep(0.002)  # SQLite's clock ticks in milliseconds
        thoughts = [Thought(self.world.app, job_id) for job_id in self._ids(free)]
        self.flying += [thought for thought in thoughts if thought.takes_off()]

    @precondition(lambda self: self.flying)
    @rule(which=st.integers(0, 5))
    def has_an_answer_land(self, which: int) -> None:
        self.flying.pop(which % len(self.flying)).land()

    @rule()
    def is_an_hour_later(self) -> None:
        """Time limits of questions and delays come due, one of them."""
        mine = select(Wait.id).where(Wait.conversation_id == self.id, Wait.ended_as.is_(None)).order_by(Wait.id)
        for wait_id in self._ids(mine)[:1]:
            self._come_due(db.session.get_one(Wait, wait_id))

    def _come_due(self, wait: Wait) -> None:
        job = Job.key == wait.job_key, Job.kind == END_WAIT
        is_delay, same_owner = wait.kind == "delay", wait.execution.epoch == self.expected[3]
        with transaction() as session:
            session.execute(update(Job).where(*job).values(due_at=database_time(-1)))
        time.sleep(0.002)
        runner = Runner(self.world.app, KINDS)
        for job_id in self._ids(select(Job.id).where(*job)):
            runner.execute(job_id)
        runner.stop()
        if is_delay and same_owner:
            self._redirected("billing")

    @rule(which=st.integers(0, 5))
    def has_an_execution_cancelled(self, which: int) -> None:
        """P6: neither status nor flag follows."""
        mine = select(Execution.id).where(Execution.conversation_id == self.id, Execution.status.in_(OPEN))
        if found := self._ids(mine):
            executions.cancel(found[which % len(found)], PERSON)

    @staticmethod
    def _ids(query: Select[int]) -> list[int]:
        db.session.rollback()
        return list(db.session.scalars(query))

    # -- what happens to the mirror ------------------------------------------------------------------------------

    @rule()
    def has_its_key_lost(self) -> None:
        self._redis(lambda client, key: client.delete(key))
        self.mirror = "lost"

    @rule()
    def has_its_key_lie(self) -> None:
        self._redis(lambda client, key: client.set(key, LIE))
        self.mirror = "a lie"

    @rule()
    def is_reconciled(self) -> None:
        self.world.app.extensions["mirror"].reconcile()
        # The key of a closed conversation may be gone: nobody needs it.
        self.mirror = "lost" if self.status == "closed" and self.mirror == "lost" else "in step"

    def _redis(self, does: Callable[[Redis, str], Any]) -> Any:
        assert self.world.ground.redis
        with self.world.ground.redis.client(self.world.ground.environment["FIKO_REDIS_URL"]) as client:
            return does(client, keys.key(self.id))

    # -- what must be true after each step -----------------------------------------------------------------------

    @invariant()
    def p01_one_owner(self) -> None:
        found = shown(self.id)
        assert (found.status, found.ai_enabled, found.destination, found.epoch) == self.expected
        assert found.status == "active" or not found.ai_enabled
        truth.epochs_without_a_gap(self.id)
        assert len(history(self.id)) == found.epoch

    @invariant()
    def p02_p10_answers(self) -> None:
        truth.answers_fenced(self.id)
        truth.one_answer_a_stretch(self.id)

    @invariant()
    def p06_held_back_by_derivation(self) -> None:
        waiting = select(func.count()).where(Wait.conversation_id == self.id, Wait.ended_as.is_(None))
        open_questions = db.session.scalar(waiting.where(Wait.kind == "answer")) or 0
        found = shown(self.id)
        assert found.awaited_answers == open_questions
        assert found.ai_may_reply == (found.ai_enabled and not open_questions)

    @invariant()
    def p11_one_notice(self) -> None:
        told = select(func.count()).where(Message.conversation_id == self.id, Message.type == WORKFLOW_MESSAGE)
        assert db.session.scalar(told.where(Message.content == NOTICE)) == self.notices

    @invariant()
    def p18_nothing_stuck(self) -> None:
        """What is open waits for something that is a row."""
        mine = select(Execution).where(Execution.conversation_id == self.id, Execution.status.in_(OPEN))
        for execution in db.session.scalars(mine):
            assert Wait.open_of(execution.id), execution.status

    @invariant()
    def p05_the_mirror_follows(self) -> None:
        held = self._held()
        if self.mirror == "lost":
            assert held in (None, self._right())
        elif self.mirror == "in step" and held != self._right():
            # It was still on its way, or Redis was too slow for once: then the reconciler sets it right.
            assert held is None or held["epoch"] <= self.expected[3], "the mirror is ahead of the row"
            self.world.app.extensions["mirror"].reconcile()
            assert self._held() == self._right() or self.status == "closed"

    def _held(self) -> Any:
        return json.loads(self._redis(lambda client, key: client.get(key)) or "null")

    def _right(self) -> object:
        return {"ai_enabled": self.expected[1], "epoch": self.expected[3]}


def run_machine(world: World, examples: int, steps: int = 30, shrink: bool = True) -> None:
    """F13: that many conversations, each with so many steps at most; with `shrink` it tells the fewest that fail."""
    machine = type("OneConversation", (ConversationMachine,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, derandomize=True, deadline=None, database=None,
            suppress_health_check=list(HealthCheck), phases=set(Phase) - (set() if shrink else {Phase.shrink}),
        ),
    )  # fmt: skip
