"""Where the ways out of a node lead."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue

from ...engine.graph import Connection
from ...services import connections
from ..access import operator, permitted
from ..language import gettext
from .base import Draft, back, bp, edit, page

AT_NODE = "/<int:workflow_id>/nodes/<node_id>"
AT_CONNECTION = "/<int:workflow_id>/connections/<connection_id>"


@bp.post(f"{AT_NODE}/connect")
@permitted("operator")
def connect(workflow_id: int, node_id: str) -> ResponseReturnValue:
    """That way out leads to the chosen node alone, or ends there."""
    draft = Draft.of(workflow_id)
    type_, target = request.form.get("connection_type", ""), request.form.get("target_node_id", "")
    is_known = type_ in [way.type for way in draft.ways_out(draft.node(node_id)["id"])]
    if is_known and _targets(draft, node_id, type_) == [target] * bool(target):
        return back(workflow_id, node_id)
    person = operator().actor
    return edit(
        workflow_id,
        node_id,
        lambda revision: connections.connect(workflow_id, node_id, type_, target or None, person, revision),
        (node_id, type_),
        ("", target),
    )


@bp.post(f"{AT_NODE}/branch")
@permitted("operator")
def branch(workflow_id: int, node_id: str) -> ResponseReturnValue:
    """That way out leads to the chosen node as well."""
    draft = Draft.of(workflow_id)
    type_, target = request.form.get("connection_type", ""), request.form.get("target_node_id", "")
    if not target:
        return page(draft, gettext("Choose the node that the new branch leads to."), (node_id, type_)), 422
    if target in _targets(draft, node_id, type_):
        return back(workflow_id, node_id)
    person = operator().actor
    return edit(
        workflow_id,
        node_id,
        lambda revision: connections.add(workflow_id, node_id, type_, target, person, revision),
        (node_id, type_),
        ("", target),
    )


@bp.post(f"{AT_CONNECTION}/lead")
@permitted("operator")
def lead(workflow_id: int, connection_id: str) -> ResponseReturnValue:
    """That connection leads to the chosen node, or is taken away; its extra condition stays with it."""
    target = request.form.get("target_node_id", "")
    connection = _connection(Draft.of(workflow_id), connection_id)
    if connection is None or connection.target == target:
        return back(workflow_id, connection.source if connection else "")
    person = operator().actor
    return edit(
        workflow_id,
        connection.source,
        lambda revision: connections.lead(workflow_id, connection_id, target or None, person, revision),
        (connection.source, connection.type),
        (connection_id, target),
    )


@bp.post(f"{AT_CONNECTION}/remove")
@permitted("operator")
def disconnect(workflow_id: int, connection_id: str) -> ResponseReturnValue:
    connection = _connection(Draft.of(workflow_id), connection_id)
    if connection is None:
        return back(workflow_id)
    person = operator().actor
    return edit(
        workflow_id,
        connection.source,
        lambda revision: connections.lead(workflow_id, connection_id, None, person, revision),
    )


@bp.post(f"{AT_CONNECTION}/earlier")
@permitted("operator")
def move_branch(workflow_id: int, connection_id: str) -> ResponseReturnValue:
    """That branch runs before the one that was before it."""
    connection = _connection(Draft.of(workflow_id), connection_id)
    if connection is None:
        return back(workflow_id)
    person = operator().actor
    return edit(
        workflow_id, connection.source,
        lambda revision: connections.move_up(workflow_id, connection_id, person, revision),
    )  # fmt: skip


def _targets(draft: Draft, node_id: str, type_: str) -> list[str]:
    """Where that way out leads now."""
    draft.node(node_id)
    return [connection.target for connection in draft.graph.next(node_id, type_)]


def _connection(draft: Draft, connection_id: str) -> Connection | None:
    return next((c for c in draft.graph.connections if c.id == connection_id), None)
