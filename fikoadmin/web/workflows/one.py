"""One workflow: its outline, its drawing, its export."""

from __future__ import annotations

import json

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

from ...services import workflows
from ..access import permitted
from .base import Draft, bp, chosen_way, page


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


@bp.get("/<int:workflow_id>/export")
@permitted("viewer")
def export(workflow_id: int) -> ResponseReturnValue:
    answer = make_response(json.dumps(workflows.export(workflow_id), ensure_ascii=False, indent=2))
    answer.mimetype = "application/json"
    answer.headers["Content-Disposition"] = f'attachment; filename="workflow-{workflow_id}.json"'
    return answer
