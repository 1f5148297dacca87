"""Walks one execution through its version's graph, from where it stands to its end or its next wait.

It decides nothing about the outside and calls nothing outside: it writes rows. Branches run in document order, each
to its end before the next. What it must remember between two goes is in `Execution.state`:

    pending   node ids still to run, the next one last
    ran       node ids run since the last wait: a second arrival ends that branch
    failed    the reason of the first failed step that had no failure connection
    answers, user_responses   what the customer answered, by node title and by node id
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from ..clock import now
from ..extensions import db
from ..models import jobs
from ..models.actors import Actor
from ..models.conversations import OWNER_CHANGED, Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..models.executions import COMPLETED, FAILED, RUNNING, WAITING, Execution, Step
from ..models.jobs import Job
from ..models.waits import ANSWER, Wait
from . import nodes, outcomes, waiting
from .conditions import Judgement
from .context import Context, Emit, FieldValues
from .graph import Graph, Node
from .outcomes import Outcome, Suspended

STEPS_AT_ONCE = 100
STEP_BUDGET = 1_000
KEPT = ("answers", "user_responses")
WITH_EFFECT = ("action", "waiting")


class Run:
    """One go at an execution, under the lock of its conversation.

    `emit` is given the events that the steps cause; `actor` is the workflow at the version that runs.
    """

    def __init__(
        self, execution: Execution, graph: Graph, actor: Actor, event: Event, customer: Customer | None,
        conversation: Conversation | None, timezone: ZoneInfo, emit: Emit,
    ) -> None:  # fmt: skip
        self.execution, self.graph, self.actor = execution, graph, actor
        state = execution.state
        self.pending: list[str] = list(state.get("pending", []))
        self.ran: set[str] = set(state.get("ran", []))
        self.failure: str | None = state.get("failed")
        self.kept: dict[str, Any] = answers_of(execution)
        self.position = state.get("position", 0)
        self.open_waits = state.get("open_waits", 0)
        fields = FieldValues(event, customer, conversation, self.kept, timezone)
        self.context = Context(customer, conversation, fields, actor, emit)

    def start(self, node_ids: Iterable[str]) -> None:
        """Starts at those When nodes, in that order, and runs as far as it goes."""
        self._push(node_ids)
        self.advance()

    def advance(self) -> None:
        """Runs pending nodes until none is left or it is somebody else's turn; then settles the execution."""
        steps = 0
        while self.pending and steps < STEPS_AT_ONCE and self.position < STEP_BUDGET:
            self._arrive(self.graph.node(self.pending.pop()))
            steps += 1
        self._settle()

    # -- going on after a wait -----------------------------------------------------------------------------------

    def judge(self, wait: Wait, judgement: Judgement) -> None:
        """Goes on with the condition whose prompt a language model has judged."""
        if wait.end("outcome"):
            self._take_up(wait)
            judged = {**wait.data["judged"], wait.data["prompt"]: judgement}
            step = self._step_of(wait)
            self._conclude(self.graph.node(step.node_id), step, judged)
            self.advance()

    def hear(self, wait: Wait, text: str) -> None:
        """Gives the node that asked the customer its answer: right, wrong or a word of exit."""
        step = self._step_of(wait)
        node = self.graph.node(step.node_id)
        errors = wait.data.get("errors", 0)
        self._be_at(node)
        outcome = waiting.hear(node, self.context, self.graph, text, errors)
        if outcome is None:
            wait.data = {**wait.data, "errors": errors + 1}
            step.data = {**step.data, "errors": errors + 1, **self._warnings(step)}
            return
        if "answer" in outcome.data:
            self._keep(node, outcome.data["answer"])
        self.conclude(wait, outcome, "skip" if outcome.word == outcomes.SKIPPED else "answer")

    def time_out(self, wait: Wait) -> None:
        """Goes on where the customer did not answer in time."""
        node = self.graph.node(self._step_of(wait).node_id)
        self.conclude(wait, waiting.timed_out(node, self.graph), "timeout")

    def come_due(self, wait: Wait, refusal: str) -> None:
        """Goes on after a delay, if that still makes sense: `refusal` says why it does not, empty where it does."""
        refusal = refusal or (OWNER_CHANGED if self._has_other_owner else "")
        self.conclude(wait, outcomes.skipped(refusal, None) if refusal else outcomes.done(True), "outcome")

    def conclude(self, wait: Wait, outcome: Outcome, ended_as: str) -> None:
        """Ends the wait and its step with that outcome and goes on; nothing happens where another has ended it."""
        if not wait.end(ended_as):
            return
        self._take_up(wait)
        step = self._step_of(wait)
        self._write(step, outcome)
        self._follow(self.graph.node(step.node_id), step, outcome)
        self.advance()

    def _take_up(self, wait: Wait) -> None:
        self.open_waits -= 1
        self.execution.status = RUNNING
        if wait.kind == ANSWER:
            self.ran.clear()
            if self.context.conversation:
                self.context.conversation.awaited_answers -= 1
            if wait.ended_as != "timeout" and wait.due_at:
                Job.cancel(wait.job_key)

    def _step_of(self, wait: Wait) -> Step:
        return next(step for step in self.execution.steps if step.position == wait.step_position)

    def _keep(self, node: Node, answer: Any) -> None:
        """The answer is there for all later nodes, and an e-mail address or phone number for good."""
        self.kept.setdefault("answers", {})[str(node.get("title") or "").strip()] = answer
        self.kept.setdefault("user_responses", {})[node["id"]] = answer
        column = {"email": "email", "phone": "phone_number"}.get(str(node.get("storage_type")))
        if column and self.context.customer:
            setattr(self.context.customer, column, answer)

    # -- one step ------------------------------------------------------------------------------------------------

    def _arrive(self, node: Node) -> None:
        step = self._open_step(node)
        if node["id"] in self.ran:
            self._write(step, outcomes.skipped(outcomes.ALREADY_RAN, None))
            return
        self.ran.add(node["id"])
        self._conclude(node, step, {})

    def _open_step(self, node: Node) -> Step:
        step = Step(
            position=self.position, node_id=node["id"], node_type=node["node_type"],
            title=str(node.get("title") or "")[:200], started_at=now(), data={},
        )  # fmt: skip
        self.execution.steps.append(step)
        self.position += 1
        return step

    def _conclude(self, node: Node, step: Step, judged: Mapping[str, Judgement]) -> None:
        outcome = self._decide(node, judged)
        if isinstance(outcome, Suspended):
            self._suspend(step, outcome)
            return
        self._write(step, outcome)
        self._follow(node, step, outcome)

    def _decide(self, node: Node, judged: Mapping[str, Judgement]) -> Outcome | Suspended:
        conversation = self.context.conversation
        if not node.get("is_active", True):
            return outcomes.skipped(outcomes.SWITCHED_OFF)
        if node["node_type"] in WITH_EFFECT and self._has_other_owner:
            return outcomes.skipped(OWNER_CHANGED, None)
        self._be_at(node)
        self.context.judged = judged
        outcome = nodes.run(node, self.context)
        if conversation and node["node_type"] == "action":
            self.execution.epoch = conversation.epoch  # its own change moves it on
        return outcome

    @property
    def _has_other_owner(self) -> bool:
        """Whether somebody else has changed the conversation's owner."""
        conversation = self.context.conversation
        return conversation is not None and conversation.epoch != self.execution.epoch

    def _be_at(self, node: Node) -> None:
        self.context.actor, self.context.warnings = self.actor.at(node["id"]), []

    def _write(self, step: Step, outcome: Outcome) -> None:
        step.outcome, step.reason, step.finished_at = outcome.word, outcome.reason[:500], now()
        step.data = {**step.data, **outcome.data, **self._warnings(step)}

    def _warnings(self, step: Step) -> dict[str, Any]:
        """What the step shall mention, beside what it mentions already; told once."""
        warnings, self.context.warnings = self.context.warnings, []
        names = [*step.data.get("unknown_names", []), *warnings]
        return {"unknown_names": list(dict.fromkeys(names))} if warnings else {}

    def _follow(self, node: Node, step: Step, outcome: Outcome) -> None:
        if outcome.connection is None:
            return
        connections = self.graph.next(node["id"], outcome.connection)
        if not connections and outcome.word == outcomes.FAILED:
            self.failure = self.failure or outcome.reason
        open_ones = [c for c in connections if c.condition is None or nodes.guard_holds(c.condition, self.context)]
        if len(open_ones) < len(connections):
            held_back = [c.target for c in connections if c not in open_ones]
            step.data = {**step.data, "held_back_by_guard": held_back}
        if open_ones:
            step.connection = outcome.connection
        self._push(c.target for c in open_ones)

    def _push(self, node_ids: Iterable[str]) -> None:
        self.pending.extend(reversed(list(node_ids)))

    def _suspend(self, step: Step, suspended: Suspended) -> None:
        wait = Wait(
            execution=self.execution, step_position=step.position, kind=suspended.kind, due_at=suspended.due_at,
            conversation_id=self.execution.conversation_id, data=suspended.data,
        )  # fmt: skip
        step.data = {**step.data, **suspended.shows, **self._warnings(step)}
        db.session.add(wait)
        db.session.flush()
        if suspended.job:
            Job.queue(suspended.job, wait.id, key=wait.job_key, due_at=suspended.due_at)
        if suspended.kind == ANSWER and self.context.conversation:
            self.context.conversation.awaited_answers += 1
        self.open_waits += 1

    # -- the execution -------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        execution = self.execution
        execution.reacted = execution.reacted or self.context.reacted
        if self.pending and self.position < STEP_BUDGET:
            db.session.flush()
            Job.requeue(jobs.CONTINUE_EXECUTION, execution.id, key=f"continue:{execution.id}", epoch=self.position)
        elif self.pending:
            self._end_waits()
            execution.end(FAILED, outcomes.STEP_BUDGET)
        elif self.open_waits:
            execution.status = WAITING
        elif self.failure is not None:
            execution.end(FAILED, self.failure)
        else:
            execution.end(COMPLETED)
        execution.state = self._state()

    def _end_waits(self) -> None:
        conversation = self.context.conversation
        if self.open_waits:
            conversation.end_waits(self.execution) if conversation else self.execution.end_waits()

    def _state(self) -> dict[str, Any]:
        if not self.execution.is_open:
            return self.kept
        return self.kept | {
            "pending": self.pending, "ran": sorted(self.ran), "failed": self.failure,
            "position": self.position, "open_waits": self.open_waits,
        }  # fmt: skip


def answers_of(execution: Execution) -> dict[str, Any]:
    """What the customer has answered in that execution, a copy: what a later one may begin with."""
    return {key: dict(execution.state[key]) for key in KEPT if key in execution.state}
