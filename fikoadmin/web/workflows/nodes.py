"""Nodes: chosen, filled in and saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flask import flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...engine import kinds
from ...errors import Conflict, Invalid, NotFound
from ...services import drafts
from ...words import N_
from ..access import operator, permitted
from ..language import gettext
from ..refused import refusal
from . import node_kinds, spots
from .base import Draft, back, bp, revision_shown, stale
from .effects import effects
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
        spot, after = spots.shown(draft)
        return render_template("workflows/choose.html", draft=draft, workflow=draft.workflow, spot=spot, after=after)
    return _page(draft, Editing.stored(node))


@bp.post("/<int:workflow_id>/nodes/new")
@permitted("operator")
def add_node(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    node = _blank()
    if node is None:
        raise NotFound(N_("there is no such kind of node"))
    editing = Editing.typed(node, request.form)
    if not editing.is_to_be_saved():
        return _page(draft, editing, 200 if editing.took_a_step else 422)
    person, changes = operator().actor, _name(editing.node) | editing.changes()
    try:
        spot = spots.chosen(draft)
        made = drafts.add_node(workflow_id, node["node_type"], changes, person, spot.after, revision_shown(), spot.on)
    except Invalid as error:
        return _page(draft, replace(editing, refusal=refusal(error)), 422)
    except Conflict:
        return _page(Draft.of(workflow_id), replace(editing, refusal=_kept()), 409)
    return back(workflow_id, made.id)


def _name(node: Mapping[str, Any]) -> dict[str, str]:
    """What the node is called where nobody gives it a title.

    Its steps would be called "Action" wherever only titles are read. A waiting node is better without: answers are
    kept by title, and two of one name would share them.
    """
    return {"title": node_kinds.name_of(node)} if node_kinds.type_field(node["node_type"]) else {}


def _blank() -> dict[str, Any] | None:
    """A new node of the kind that the address names; None where it names none."""
    node_type, kind = request.args.get("node_type", ""), request.args.get("kind", "")
    if (node_type, kind) not in node_kinds.KINDS:
        return None
    chosen = {node_kinds.type_field(node_type): kind} if node_kinds.type_field(node_type) else {}
    return kinds.defaults(node_type) | chosen | {"id": ""}


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
        raise NotFound(N_("there is no such node in this workflow"))
    editing = Editing.typed(kinds.defaults(node_type) | {"id": ""}, request.form)
    gone = gettext("Somebody else has deleted this node since you opened it. What you typed is below: add it anew?")
    return _page(draft, replace(editing, refusal=gone), 409)


# -- the page --------------------------------------------------------------------------------------------------------


def _kept() -> str:
    return f"{stale()} {gettext('What you typed is still below.')}"


def _page(draft: Draft, editing: Editing, status: int = 200) -> ResponseReturnValue:
    node = editing.node
    if node["id"]:
        action = url_for(".save_node", workflow_id=draft.workflow.id, node_id=node["id"])
    else:
        where = spots.shown(draft)[0].query
        type_, kind = node["node_type"], kinds.kind(node)
        action = url_for(".add_node", workflow_id=draft.workflow.id, node_type=type_, kind=kind, **where)
    shown = {"draft": draft, "workflow": draft.workflow, "node": node, "editing": editing, "action": action}
    will = effects(draft.workflow.id, editing.preview())
    return render_template("workflows/node.html", **shown, will=will, seen=revision_shown()), status
