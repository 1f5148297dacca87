"""Drafts: nodes and connections of a workflow added, changed and taken away.

Every change raises the draft's revision and names the one that its author saw; a stale one is refused (P22).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..engine import kinds
from ..errors import Invalid, NotFound
from ..extensions import db, transaction
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.workflows import Connection, Node, Workflow, new_node_id
from .workflows import clean_name, locked

WORKFLOW_FIELDS = ("description", "max_executions", "delay_between_executions", "start_date", "end_date")
NODES_AT_MOST = 1_000
STEP_DOWN = 140.0


@contextmanager
def _editing(workflow_id: int, revision: int | None, actor: Actor, action: str) -> Iterator[Workflow]:
    with transaction():
        workflow = locked(workflow_id, revision)
        yield workflow
        workflow.revision += 1
        db.session.flush()
        AuditEntry.record("workflow", workflow.id, action, actor, new={"revision": workflow.revision})


def describe(
    workflow_id: int, name: str, fields: Mapping[str, Any], actor: Actor, revision: int | None = None
) -> Workflow:
    """Changes name, description and limits (checked values). Raises NotFound, Invalid, Conflict."""
    name = clean_name(name)
    with _editing(workflow_id, revision, actor, "described") as workflow:
        workflow.name = name
        for field in WORKFLOW_FIELDS:
            if field in fields:
                setattr(workflow, field, fields[field])
    return workflow


def add_node(
    workflow_id: int, node_type: str, fields: Mapping[str, Any], actor: Actor,
    after: tuple[str, str] | None = None, revision: int | None = None,
) -> Node:  # fmt: skip
    """Adds a node; `after` (node id, connection type) puts it on that way out, before what came there until now.

    Raises NotFound, Invalid, Conflict.
    """
    if node_type not in kinds.NODE_TYPES:
        raise Invalid("node_type", f"'{node_type[:40]}' is not a type of node")
    with _editing(workflow_id, revision, actor, "node added") as workflow:
        if len(workflow.nodes) >= NODES_AT_MOST:
            raise Invalid("node_type", f"a workflow has at most {NODES_AT_MOST} nodes")
        document = kinds.defaults(node_type) | dict(fields) | {"id": new_node_id(), "node_type": node_type}
        place = max((n.place for n in workflow.nodes), default=-1) + 1
        node = Node.from_document(document, place)
        source = _node(workflow, after[0]) if after else None
        node.position_x = source.position_x if source else 250.0
        node.position_y = (source.position_y + STEP_DOWN) if source else 120.0 + STEP_DOWN * place
        workflow.nodes.append(node)
        if source and after:
            db.session.flush()
            _insert(workflow, source, after[1], node)
    return node


def _insert(workflow: Workflow, source: Node, connection_type: str, node: Node) -> None:
    """Puts `node` on the way out of `source`: what followed there follows `node` by success."""
    _check_type(source, connection_type)
    for connection in workflow.connections:
        if connection.source_node_id == source.id and connection.connection_type == connection_type:
            connection.source_node_id, connection.connection_type = node.id, "success"
    _connect(workflow, source, connection_type, node)


def change_node(
    workflow_id: int, node_id: str, fields: Mapping[str, Any], actor: Actor, revision: int | None = None
) -> Node:
    """Writes the given fields (checked values, under the export format's names). Raises NotFound, Conflict."""
    with _editing(workflow_id, revision, actor, "node changed") as workflow:
        node = _node(workflow, node_id)
        rest = dict(node.fields)
        for name, value in fields.items():
            if name in Node.COLUMNS and name not in ("id", "node_type"):
                setattr(node, name, value)
            else:
                rest[name] = value
        node.fields = rest
    return node


def delete_node(workflow_id: int, node_id: str, actor: Actor, revision: int | None = None) -> Workflow:
    """Takes a node and its connections away. Raises NotFound, Conflict."""
    with _editing(workflow_id, revision, actor, "node deleted") as workflow:
        node = _node(workflow, node_id)
        for connection in list(workflow.connections):
            if node.id in (connection.source_node_id, connection.target_node_id):
                workflow.connections.remove(connection)
        db.session.flush()
        workflow.nodes.remove(node)
    return workflow


def connect(
    workflow_id: int, source_id: str, connection_type: str, target_id: str | None, actor: Actor,
    revision: int | None = None,
) -> Workflow:  # fmt: skip
    """Has that way out of a node lead to `target_id` alone, or end there where it is None.

    Raises NotFound, Invalid, Conflict.
    """
    with _editing(workflow_id, revision, actor, "connected") as workflow:
        source = _node(workflow, source_id)
        _check_type(source, connection_type)
        target = _node(workflow, target_id) if target_id else None
        if target is not None and target.node_type == "when":
            raise Invalid("target_node_id", "nothing can lead to a When node: it is where a workflow starts")
        for connection in list(workflow.connections):
            if (connection.source_node_id, connection.connection_type) == (source.id, connection_type):
                workflow.connections.remove(connection)
        if target is not None:
            _connect(workflow, source, connection_type, target)
    return workflow


def add_connection(
    workflow_id: int,
    source_id: str,
    connection_type: str,
    target_id: str,
    actor: Actor,
    revision: int | None = None,
) -> Workflow:
    """Adds one more connection out of a node: a further branch. Raises NotFound, Invalid, Conflict."""
    with _editing(workflow_id, revision, actor, "connected") as workflow:
        source, target = _node(workflow, source_id), _node(workflow, target_id)
        _check_type(source, connection_type)
        if target.node_type == "when":
            raise Invalid("target_node_id", "nothing can lead to a When node: it is where a workflow starts")
        same = (source.id, connection_type, target.id)
        if same not in [(c.source_node_id, c.connection_type, c.target_node_id) for c in workflow.connections]:
            _connect(workflow, source, connection_type, target)
    return workflow


def disconnect(workflow_id: int, connection_id: str, actor: Actor, revision: int | None = None) -> Workflow:
    """Takes one connection away. Raises NotFound, Conflict."""
    with _editing(workflow_id, revision, actor, "disconnected") as workflow:
        connection = next((c for c in workflow.connections if c.id == connection_id), None)
        if connection is None:
            raise NotFound("there is no such connection in this workflow")
        workflow.connections.remove(connection)
    return workflow


def _connect(workflow: Workflow, source: Node, connection_type: str, target: Node) -> None:
    place = max((c.place for c in workflow.connections), default=-1) + 1
    workflow.connections.append(
        Connection(
            id=new_node_id(), place=place, source_node_id=source.id, target_node_id=target.id,
            connection_type=connection_type, condition={}, fields={},
        )
    )  # fmt: skip


def _check_type(source: Node, connection_type: str) -> None:
    types = kinds.CONNECTION_TYPES.get(source.node_type, ())
    if connection_type not in types:
        raise Invalid("connection_type", f"'{connection_type[:40]}' must be one of: {', '.join(types)}")


def _node(workflow: Workflow, node_id: str) -> Node:
    node = next((n for n in workflow.nodes if n.id == node_id), None)
    if node is None:
        raise NotFound("there is no such node in this workflow")
    return node
