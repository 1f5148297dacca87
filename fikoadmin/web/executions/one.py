"""One execution: what it did step by step, on the graph of its version; cancel it, run it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import matching
from ...clock import now
from ...engine.graph import Graph
from ...errors import Conflict
from ...models import found
from ...models.executions import Execution, StepLine
from ...models.waits import Wait
from ...services import executions
from ..access import operator, permitted
from ..graph import Drawing, drawing
from ..language import gettext, page_direction
from ..refused import refusal
from .base import bp
from .path import path_marks
from .steps import StepShown, StepTexts

STEPS_SHOWN = 100
ONE = "/executions/<int:execution_id>"


@dataclass(frozen=True)
class Shown:
    """An execution as its page shows it; what a part of the page does not ask for is not read."""

    execution: Execution
    was_retried: bool

    @classmethod
    def of(cls, execution_id: int) -> Shown:
        """Raises NotFound."""
        return cls(*found.run(execution_id))

    @cached_property
    def graph(self) -> Graph:
        """Of the version that it runs on (P19)."""
        return matching.published(self.execution.version_id).graph

    @property
    def drawing(self) -> Drawing:
        """For the narrow place beside the steps: each node that ran leads to its last step."""
        return self.drawn("", downwards=True)

    @cached_property
    def lines(self) -> list[StepLine]:
        """All its steps, as their rows are."""
        return found.steps_of(self.execution.id)

    def drawn(self, page: str, downwards: bool = False) -> Drawing:
        """`page` is the address of the page with the steps, empty where that is this one."""
        if len(self.lines) > STEPS_SHOWN:
            page = url_for("executions.show", execution_id=self.execution.id)
        addresses = {step.node_id: _address(page, step.position) for step in self.lines}
        return drawing(
            self.graph,
            rtl=page_direction() == "rtl",
            links=addresses.get,
            marks=path_marks(self.lines, self.graph),
            downwards=downwards,
        )

    @cached_property
    def steps(self) -> list[StepShown]:
        """From the one that the address names on."""
        first = max(request.args.get("from", 0, type=int), 0)
        shown = [step for step in self.lines if step.position >= first][:STEPS_SHOWN]
        waits = {wait.step_position: wait for wait in Wait.open_of(self.execution.id)} if self.execution.is_open else {}
        texts = StepTexts(self.graph, waits)
        return [texts.of(step) for step in shown]

    @property
    def next_step(self) -> int | None:
        """The position after those shown, None where no step follows."""
        after = self.steps[-1].step.position + 1 if self.steps else 0
        return after if self.steps and after < len(self.lines) else None

    @cached_property
    def retries(self) -> list[int]:
        return found.retries_of(self.execution) if self.was_retried else []

    @property
    def open_for(self) -> timedelta:
        return now() - self.execution.started_at

    @property
    def can_go_on(self) -> bool:
        """Whether it can be tried again from where it ended too early."""
        return any(step.connection is None and step.outcome in (None, "failed") for step in self.lines)

    @property
    def has_newer(self) -> bool:
        """Whether another version of its workflow is live."""
        workflow = self.execution.workflow
        return workflow.is_live and workflow.live_version_id != self.execution.version_id


def _address(page: str, position: int) -> str:
    """Of a step, on the page of steps where it stands."""
    first = position - position % STEPS_SHOWN
    return f"{page}{f'?from={first}' if first else ''}#step-{position + 1}"


@bp.get(ONE)
@permitted("viewer")
def show(execution_id: int) -> ResponseReturnValue:
    return _page(Shown.of(execution_id))


@bp.get(f"{ONE}/<any(state, actions, graph, steps):part>")
@permitted("viewer")
def show_part(execution_id: int, part: str) -> ResponseReturnValue:
    """One live part of the page, as the whole page holds it."""
    return render_template(f"executions/_{part}.html", shown=Shown.of(execution_id))


@bp.get(f"{ONE}/drawing")
@permitted("viewer")
def show_drawing(execution_id: int) -> ResponseReturnValue:
    """The graph alone, on the whole page: to look at it, and to print it."""
    shown = Shown.of(execution_id)
    downwards = request.args.get("flow") == "down"
    drawn = shown.drawn(url_for(".show", execution_id=execution_id), downwards)
    return render_template("executions/drawing.html", shown=shown, drawing=drawn)


def _page(shown: Shown, refusal: str = "") -> str:
    return render_template(
        "executions/show.html",
        shown=shown,
        refusal=refusal,
        live_url=url_for("live.stream", topic=f"execution:{shown.execution.id}"),
    )


@bp.post(f"{ONE}/cancel")
@permitted("operator")
def cancel(execution_id: int) -> ResponseReturnValue:
    try:
        executions.cancel(execution_id, operator().actor)
    except Conflict:
        refusal = gettext("This execution has ended in the meantime: there is nothing left to cancel.")
        return _page(Shown.of(execution_id), refusal), 409
    flash(gettext("Cancelled. The conversation stays as it is."), "success")
    return redirect(url_for(".show", execution_id=execution_id), 303)


@bp.post(f"{ONE}/retry")
@permitted("operator")
def retry(execution_id: int) -> ResponseReturnValue:
    """On the version that it ran on or on the live one, from its start or from where it failed."""
    chosen = request.form
    try:
        again = executions.retry(
            execution_id, operator().actor,
            on_live=chosen.get("version") == "live", from_failed=chosen.get("from") == "failed",
        )  # fmt: skip
    except Conflict as conflict:
        return _page(Shown.of(execution_id), _refusal(execution_id, conflict)), 409
    flash(gettext("This is the new execution."), "success")
    return redirect(url_for(".show", execution_id=again.id), 303)


def _refusal(execution_id: int, conflict: Conflict) -> str:
    execution = Shown.of(execution_id).execution
    if execution.is_open:
        return str(gettext("This execution has not ended yet. Wait for it, or cancel it first."))
    if not execution.workflow.is_live and request.form.get("version") == "live":
        return str(gettext("No version of this workflow is live now. Run it again on the version that it ran on."))
    return refusal(conflict)
