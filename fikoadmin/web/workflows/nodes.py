"""Nodes: chosen, filled in, switched and deleted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ...engine import kinds
from ...errors import Conflict, Invalid, NotFound
from ...services import drafts
from ..access import operator, permitted
from . import node_kinds
from .base import Draft, back, bp, edit, revision_shown, stale
from .node_editing import Editing
from .ways import AT_NODE

# -- a new node ------------------------------------------------------------------------------------------------------


@bp.get("/<int:workflow_id>/nodes/new")
@permitted("operator")
def new_node(workflow_id: int) -> ResponseReturnValue:
    """First what kind of node; then its form."""
    draft = Draft.of(workflow_id)
    node = _blank()
    if node is None:
        return render_template("workflows/choose.html", draft=draft, workflow=draft.workflow, after=_after(draft))
    return _page(draft, Editing.stored(node))


@bp.post("/<int:workflow_id>/nodes/new")
@permitted("operator")
def add_node(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    node = _blank()
    if node is None:
        raise NotFound("there is no such kind of node")
    editing = Editing.typed(node, request.form)
    if not editing.is_to_be_saved():
        return _page(draft, editing, 200 if editing.took_a_step else 422)
    after, place_is_gone = _after(draft), bool(request.args.get("after")) and _after(draft) is None
    try:
        if place_is_gone:
            raise Conflict("the node before it is gone")
        made = drafts.add_node(
            workflow_id, node["node_type"], editing.changes(), operator().actor, after, revision_shown()
        )
    except Invalid as error:
        return _page(draft, replace(editing, refusal=error.reason), 422)
    except Conflict:
        return _page(Draft.of(workflow_id), replace(editing, refusal=_kept()), 409)
    return back(workflow_id, made.id)


def _blank() -> dict[str, Any] | None:
    """A new node of the kind that the address names; None where it names none."""
    node_type, kind = request.args.get("node_type", ""), request.args.get("kind", "")
    if (node_type, kind) not in node_kinds.KINDS:
        return None
    chosen = {node_kinds.type_field(node_type): kind} if node_kinds.type_field(node_type) else {}
    return kinds.defaults(node_type) | chosen | {"id": ""}


def _after(draft: Draft) -> tuple[str, str] | None:
    """The way out (node id, connection type) that the new node is to stand on."""
    node_id, type_ = request.args.get("after", ""), request.args.get("way", "")
    return (node_id, type_) if node_id in draft.graph.nodes else None


# -- a node that is there --------------------------------------------------------------------------------------------


@bp.get(AT_NODE)
@permitted("viewer")
def node(workflow_id: int, node_id: str) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return _page(draft, Editing.stored(draft.node(node_id)))


@bp.post(AT_NODE)
@permitted("operator")
def save_node(workflow_id: int, node_id: str) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    if node_id not in draft.graph.nodes:
        return _was_deleted(draft)
    editing = Editing.typed(draft.node(node_id), request.form)
    if not editing.is_to_be_saved():
        return _page(draft, editing, 200 if editing.took_a_step else 422)
    changes = editing.changes()
    try:
        if changes:
            drafts.change_node(workflow_id, node_id, changes, operator().actor, revision_shown())
    except Conflict:
        return _conflict(workflow_id, node_id, editing)
    except NotFound:
        return _was_deleted(Draft.of(workflow_id))
    flash(gettext("Saved."), "success")
    return back(workflow_id, node_id)


def _conflict(workflow_id: int, node_id: str, editing: Editing) -> ResponseReturnValue:
    """Both texts: what was typed in the form, what is stored now beside it (P22)."""
    draft = Draft.of(workflow_id)
    if node_id not in draft.graph.nodes:
        return _was_deleted(draft)
    return _page(draft, editing.beside(draft.node(node_id)), 409)


def _was_deleted(draft: Draft) -> ResponseReturnValue:
    """What was typed can be added as a new node."""
    node_type = request.form.get("node_type", "")
    if node_type not in kinds.NODE_TYPES:
        raise NotFound("there is no such node in this workflow")
    editing = Editing.typed(kinds.defaults(node_type) | {"id": ""}, request.form)
    gone = gettext("Somebody else has deleted this node since you opened it. What you typed is below: add it anew?")
    return _page(draft, replace(editing, refusal=gone), 409)


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


@bp.get(f"{AT_NODE}/delete")
@permitted("operator")
def ask_to_delete(workflow_id: int, node_id: str) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return render_template("workflows/delete.html", draft=draft, workflow=draft.workflow, node=draft.node(node_id))


@bp.post(f"{AT_NODE}/delete")
@permitted("operator")
def delete_node(workflow_id: int, node_id: str) -> ResponseReturnValue:
    if node_id not in Draft.of(workflow_id).graph.nodes:
        return back(workflow_id)
    person = operator().actor
    return edit(workflow_id, "", lambda revision: drafts.delete_node(workflow_id, node_id, person, revision))


# -- the page --------------------------------------------------------------------------------------------------------


def _kept() -> str:
    return f"{stale()} {gettext('What you typed is still below.')}"


def _page(draft: Draft, editing: Editing, status: int = 200) -> ResponseReturnValue:
    node = editing.node
    if node["id"]:
        action = url_for(".save_node", workflow_id=draft.workflow.id, node_id=node["id"])
    else:
        node_id, way = _after(draft) or (None, None)
        kind = kinds.kind(node)
        action = url_for(
            ".add_node", workflow_id=draft.workflow.id, node_type=node["node_type"], kind=kind, after=node_id, way=way
        )
    shown = {"draft": draft, "workflow": draft.workflow, "node": node, "editing": editing, "action": action}
    return render_template("workflows/node.html", **shown), status
