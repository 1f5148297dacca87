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
from ..models.waits import JOB, Wait
from . import nodes, outcomes
from .conditions import Judgement
from .context import Context, Emit, FieldValues
from .graph import Graph, Node
from .outcomes import Outcome, Suspended

STEPS_AT_ONCE = 100
STEP_BUDGET = 1_000


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
        self.kept: dict[str, Any] = {key: state[key] for key in ("answers", "user_responses") if key in state}
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

    def resume(self, wait: Wait, step: Step, judgement: Judgement) -> None:
        """Goes on with the step that waited for `judgement`."""
        wait.end("outcome")
        self.open_waits -= 1
        self.execution.status = RUNNING
        judged = {**wait.data["judged"], wait.data["prompt"]: judgement}
        self._conclude(self.graph.node(step.node_id), step, judged)
        self.advance()

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
            self._suspend(step, outcome.prompt, judged)
            return
        self._write(step, outcome)
        self._follow(node, step, outcome)

    def _decide(self, node: Node, judged: Mapping[str, Judgement]) -> Outcome | Suspended:
        conversation = self.context.conversation
        if not node.get("is_active", True):
            return outcomes.skipped(outcomes.SWITCHED_OFF)
        if node["node_type"] == "action" and conversation and conversation.epoch != self.execution.epoch:
            return outcomes.skipped(OWNER_CHANGED, None)
        self.context.actor = self.actor.at(node["id"])
        self.context.warnings, self.context.judged = [], judged
        outcome = nodes.run(node, self.context)
        if conversation and node["node_type"] == "action":
            self.execution.epoch = conversation.epoch  # its own change moves it on
        return outcome

    def _write(self, step: Step, outcome: Outcome) -> None:
        step.outcome, step.reason, step.finished_at = outcome.word, outcome.reason[:500], now()
        warnings = {"unknown_names": self.context.warnings} if self.context.warnings else {}
        step.data = {**step.data, **outcome.data, **warnings}
        self.context.warnings = []

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

    def _suspend(self, step: Step, prompt: str, judged: Mapping[str, Judgement]) -> None:
        wait = Wait(
            execution=self.execution,
            step_position=step.position,
            kind=JOB,
            conversation_id=self.execution.conversation_id,
            data={"prompt": prompt, "asked": self.context.fill(prompt), "judged": dict(judged)},
        )
        db.session.add(wait)
        db.session.flush()
        Job.queue(jobs.JUDGE_CONDITION, wait.id, key=f"judge:{wait.id}")
        self.open_waits += 1

    # -- the execution -------------------------------------------------------------------------------------------

    def _settle(self) -> None:
        execution = self.execution
        execution.reacted = execution.reacted or self.context.reacted
        if self.pending and self.position < STEP_BUDGET:
            db.session.flush()
            Job.requeue(jobs.CONTINUE_EXECUTION, execution.id, key=f"continue:{execution.id}", epoch=self.position)
        elif self.pending:
            self.pending = []
            execution.end(FAILED, outcomes.STEP_BUDGET)
        elif self.open_waits:
            execution.status = WAITING
        elif self.failure is not None:
            execution.end(FAILED, self.failure)
        else:
            execution.end(COMPLETED)
        execution.state = self._state()

    def _state(self) -> dict[str, Any]:
        if not self.execution.is_open:
            return self.kept
        return self.kept | {
            "pending": self.pending, "ran": sorted(self.ran), "failed": self.failure,
            "position": self.position, "open_waits": self.open_waits,
        }  # fmt: skip
