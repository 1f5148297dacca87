"""How the nodes of a draft are joined: changes of its rows, inside the caller's transaction."""

from __future__ import annotations

from typing import Any

from ..engine import kinds
from ..engine.graph import Graph
from ..errors import NOT_ONE_OF, Invalid, NotFound
from ..extensions import db
from ..models.workflows import Connection, Node, Workflow, new_node_id
from ..words import N_

TO_A_START = N_("nothing can lead to a When node: it is where a workflow starts")
MAIN = "success"


def node_of(workflow: Workflow, node_id: str) -> Node:
    """Raises NotFound."""
    node = next((n for n in workflow.nodes if n.id == node_id), None)
    if node is None:
        raise NotFound(N_("there is no such node in this workflow"))
    return node


def connection_of(workflow: Workflow, connection_id: str) -> Connection:
    """Raises NotFound."""
    connection = next((c for c in workflow.connections if c.id == connection_id), None)
    if connection is None:
        raise NotFound(N_("there is no such connection in this workflow"))
    return connection


def target_of(workflow: Workflow, node_id: str) -> Node:
    """The node, as one that a connection may lead to; raises NotFound, Invalid."""
    node = node_of(workflow, node_id)
    if node.node_type == "when":
        raise Invalid("target_node_id", TO_A_START)
    return node


def check_type(source: Node, connection_type: str) -> None:
    """Raises Invalid where such nodes have no way out of that type."""
    types = kinds.CONNECTION_TYPES.get(source.node_type, ())
    if connection_type not in types:
        raise Invalid("connection_type", NOT_ONE_OF, value=connection_type[:40], choices=", ".join(types))


def leaving(workflow: Workflow, node_id: str, connection_type: str) -> list[Connection]:
    """The connections of that type out of a node, in document order."""
    return [c for c in workflow.connections if (c.source_node_id, c.connection_type) == (node_id, connection_type)]


def join(
    workflow: Workflow, source_id: str, connection_type: str, target_id: str, condition: dict[str, Any] | None = None
) -> None:
    """One more connection, unless there is the same already."""
    present = leaving(workflow, source_id, connection_type)
    if target_id in [c.target_node_id for c in present if (c.condition or {}) == (condition or {})]:
        return
    place = max((c.place for c in workflow.connections), default=-1) + 1
    workflow.connections.append(
        Connection(
            id=new_node_id(), place=place, source_node_id=source_id, target_node_id=target_id,
            connection_type=connection_type, condition=condition or {}, fields={},
        )
    )  # fmt: skip


def insert(workflow: Workflow, source_id: str, connection_type: str, first_id: str, last_id: str) -> None:
    """Puts nodes that are joined on a way out: what followed there follows the last of them by success.

    A single connection keeps its extra condition and leads to them; several branches all follow them.
    """
    present = leaving(workflow, source_id, connection_type)
    if len(present) == 1:
        split(workflow, present[0], first_id, last_id)
        return
    for connection in present:
        connection.source_node_id, connection.connection_type = last_id, MAIN
    join(workflow, source_id, connection_type, first_id)


def split(workflow: Workflow, connection: Connection, first_id: str, last_id: str) -> None:
    """Puts nodes that are joined on one connection."""
    target_id, connection.target_node_id = connection.target_node_id, first_id
    join(workflow, last_id, MAIN, target_id)


def bridge(workflow: Workflow, node: Node) -> None:
    """Takes a node's connections away; what led to it leads to what followed it by success."""
    arriving = [c for c in workflow.connections if c.target_node_id == node.id]
    following = [c for c in leaving(workflow, node.id, MAIN) if c.target_node_id != node.id]
    for connection in [c for c in workflow.connections if node.id in (c.source_node_id, c.target_node_id)]:
        workflow.connections.remove(connection)
    for before in [c for c in arriving if c.source_node_id != node.id]:
        for after in [c for c in following if c.target_node_id != before.source_node_id]:
            guard = both(before.condition, after.condition)
            join(workflow, before.source_node_id, before.connection_type, after.target_node_id, guard)
    db.session.flush()


def both(first: dict[str, Any] | None, second: dict[str, Any] | None) -> dict[str, Any] | None:
    """The extra condition that is true where both are; an empty one, or none, always is."""
    if not first or not second:
        return first or second
    return {"combination_operator": "and", "conditions": [first, second]}


def before(graph: Graph, node_id: str) -> str | None:
    """The connection from the node with which it could change places: a plain one, and the only one to it."""
    arriving = [c for c in graph.connections if c.target == node_id]
    if len(arriving) != 1 or arriving[0].source == node_id or arriving[0].condition:
        return None
    return None if graph.node(arriving[0].source)["node_type"] == "when" else arriving[0].id


def after(graph: Graph, node_id: str) -> str | None:
    """The connection to the node with which it could change places: the only one by success, and to that node."""
    following = graph.next(node_id, MAIN)
    if len(following) != 1 or graph.node(node_id)["node_type"] == "when":
        return None
    return following[0].id if before(graph, following[0].target) else None


def exchange(workflow: Workflow, between: Connection) -> None:
    """Has the target of a connection come before its source: what led to the source leads to it, and what followed it
    follows the source, on the way out on which it stood itself."""
    first, second = node_of(workflow, between.source_node_id), node_of(workflow, between.target_node_id)
    for connection in workflow.connections:
        if connection.target_node_id == first.id:
            connection.target_node_id = second.id
    for connection in leaving(workflow, second.id, MAIN):
        connection.source_node_id, connection.connection_type = first.id, between.connection_type
    between.source_node_id, between.target_node_id = second.id, first.id
    between.connection_type = MAIN
    for name in ("place", "position_x", "position_y"):
        one, other = getattr(first, name), getattr(second, name)
        setattr(first, name, other)
        setattr(second, name, one)
