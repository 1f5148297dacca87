"""What can be done with a node as a whole: switched, moved, duplicated, deleted."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from ...errors import Conflict, Invalid
from ...services import drafts
from ..access import operator, permitted
from ..language import gettext
from ..refused import refusal
from .base import Draft, back, bp, edit, page, revision_shown, stale
from .ways import AT_NODE


@bp.get(f"{AT_NODE}/more")
@permitted("operator")
def more(workflow_id: int, node_id: str) -> ResponseReturnValue:
    """All of it on a page of its own; as a menu where the outline asks for it."""
    draft = Draft.of(workflow_id)
    template = "workflows/_node_menu.html" if "HX-Request" in request.headers else "workflows/more.html"
    return render_template(template, draft=draft, workflow=draft.workflow, node=draft.node(node_id))


@bp.post(f"{AT_NODE}/switch")
@permitted("operator")
def switch_node(workflow_id: int, node_id: str) -> ResponseReturnValue:
    is_active = request.form.get("is_active") == "on"
    if Draft.of(workflow_id).node(node_id)["is_active"] == is_active:
        return back(workflow_id, node_id)
    person = operator().actor
    change = {"is_active": is_active}
    return edit(
        workflow_id, node_id, lambda revision: drafts.change_node(workflow_id, node_id, change, person, revision)
    )


@bp.post(f"{AT_NODE}/move")
@permitted("operator")
def move_node(workflow_id: int, node_id: str) -> ResponseReturnValue:
    up, person = request.form.get("direction") == "up", operator().actor
    Draft.of(workflow_id).node(node_id)
    return edit(workflow_id, node_id, lambda revision: drafts.move_node(workflow_id, node_id, up, person, revision))


@bp.post(f"{AT_NODE}/duplicate")
@permitted("operator")
def duplicate_node(workflow_id: int, node_id: str) -> ResponseReturnValue:
    Draft.of(workflow_id).node(node_id)
    try:
        copy = drafts.duplicate_node(workflow_id, node_id, operator().actor, revision_shown())
    except Invalid as error:
        return page(Draft.of(workflow_id), refusal(error)), 422
    except Conflict:
        return page(Draft.of(workflow_id), stale()), 409
    flash(gettext("Duplicated: the copy stands below."), "success")
    return back(workflow_id, copy.id)


@bp.get(f"{AT_NODE}/delete")
@permitted("operator")
def ask_to_delete(workflow_id: int, node_id: str) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    node, ways = draft.node(node_id), draft.ways_out(node_id)
    return render_template("workflows/delete.html", draft=draft, workflow=draft.workflow, node=node, ways=ways)


@bp.post(f"{AT_NODE}/delete")
@permitted("operator")
def delete_node(workflow_id: int, node_id: str) -> ResponseReturnValue:
    if node_id not in Draft.of(workflow_id).graph.nodes:
        return back(workflow_id)
    person = operator().actor
    return edit(workflow_id, "", lambda revision: drafts.delete_node(workflow_id, node_id, person, revision))
