"""One workflow: its outline, and what is done with it as a whole."""

from __future__ import annotations

import json
from collections.abc import Callable

from flask import flash, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ...errors import Conflict
from ...models.actors import Actor
from ...models.workflows import Workflow
from ...services import workflows
from ..access import operator, permitted
from .base import Draft, back, bp, chosen_way, page, revision_shown, stale


@bp.get("/<int:workflow_id>")
@permitted("viewer")
def show(workflow_id: int) -> ResponseReturnValue:
    return page(Draft.of(workflow_id))


@bp.get("/<int:workflow_id>/<any(state, actions, outline, graph):part>")
@permitted("viewer")
def show_part(workflow_id: int, part: str) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return render_template(f"workflows/_{part}.html", draft=draft, workflow=draft.workflow, change=chosen_way())


@bp.get("/<int:workflow_id>/drawing")
@permitted("viewer")
def drawing(workflow_id: int) -> ResponseReturnValue:
    """The graph alone, on the whole page: to look at it, and to print it."""
    draft, tidy = Draft.of(workflow_id), "tidy" in request.args
    drawn = draft.drawn(tidy, downwards=request.args.get("flow") == "down")
    return render_template("workflows/drawing.html", workflow=draft.workflow, drawing=drawn, tidy=tidy)


@bp.post("/<int:workflow_id>/activate")
@permitted("operator")
def activate(workflow_id: int) -> ResponseReturnValue:
    try:
        workflows.activate(workflow_id, operator().actor, revision_shown())
    except Conflict as conflict:
        refusal = gettext("It cannot be published yet. What has to be done is listed under Check.")
        return page(Draft.of(workflow_id), refusal if "findings" in conflict.members else stale()), 409
    flash(gettext("The workflow is active: events start it from now on."), "success")
    return back(workflow_id)


@bp.post("/<int:workflow_id>/pause")
@permitted("operator")
def pause(workflow_id: int) -> ResponseReturnValue:
    return _stop(workflow_id, workflows.pause, gettext("Paused: nothing starts it, what runs goes on."))


@bp.post("/<int:workflow_id>/archive")
@permitted("operator")
def archive(workflow_id: int) -> ResponseReturnValue:
    return _stop(workflow_id, workflows.archive, gettext("Archived. Activate it to have it back."))


def _stop(workflow_id: int, verb: Callable[[int, Actor], Workflow], said: str) -> ResponseReturnValue:
    try:
        verb(workflow_id, operator().actor)
    except Conflict:
        return page(Draft.of(workflow_id), gettext("Only an active workflow can be paused.")), 409
    flash(said, "success")
    return back(workflow_id)


@bp.get("/<int:workflow_id>/export")
@permitted("viewer")
def export(workflow_id: int) -> ResponseReturnValue:
    answer = make_response(json.dumps(workflows.export(workflow_id), ensure_ascii=False, indent=2))
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="workflow-{workflow_id}.json"'
    return answer


@bp.get("/<int:workflow_id>/history")
@permitted("viewer")
def history(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return render_template(
        "workflows/history.html", draft=draft, workflow=draft.workflow, versions=workflows.versions(workflow_id)
    )
