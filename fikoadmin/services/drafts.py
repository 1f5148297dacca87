"""Drafts: nodes of a workflow added, changed, moved and taken away; its name and limits.

Every change raises the draft's revision and names the one that its author saw; a stale one is refused (P22).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..documents.reader import CONNECTIONS, NODES
from ..engine import kinds
from ..engine.graph import Graph
from ..engine.placeholders import rewrite_ids
from ..errors import Invalid
from ..extensions import db
from ..models.actors import Actor
from ..models.workflows import Node, Workflow, new_node_id
from ..words import N_
from . import wiring
from .draft_history import WORKFLOW_FIELDS as OWN_FIELDS
from .draft_history import editing
from .wiring import node_of
from .workflows import clean_name, draft

WORKFLOW_FIELDS = tuple(name for name in OWN_FIELDS if name != "name")
STEP_DOWN = 140.0
NOT_A_TYPE = N_("'%(value)s' is not a type of node")
NOT_MOVABLE = N_("this node cannot change places with its neighbour")
FULL = N_("a workflow has at most a thousand nodes")
FULL_OF_CONNECTIONS = N_("a workflow has at most five thousand connections")


def describe(
    workflow_id: int, name: str, fields: Mapping[str, Any], actor: Actor, revision: int | None = None
) -> Workflow:
    """Changes name, description and limits (checked values). Raises NotFound, Invalid, Conflict."""
    name = clean_name(name)
    with editing(workflow_id, revision, actor, "described") as workflow:
        workflow.name = name
        for field in WORKFLOW_FIELDS:
            if field in fields:
                setattr(workflow, field, fields[field])
    return workflow


def add_node(
    workflow_id: int, node_type: str, fields: Mapping[str, Any], actor: Actor,
    after: tuple[str, str] | None = None, revision: int | None = None, on: str | None = None,
) -> Node:  # fmt: skip
    """Adds a node; `after` (node id, connection type) puts it on that way out, before what came there until now.

    `on` (a connection's id) puts it on that one alone. Raises NotFound, Invalid, Conflict.
    """
    if node_type not in kinds.NODE_TYPES:
        raise Invalid("node_type", NOT_A_TYPE, value=node_type[:40])
    with editing(workflow_id, revision, actor, "node added") as workflow:
        make_room(workflow, nodes=1, connections=2)
        document = kinds.defaults(node_type) | dict(fields) | {"id": new_node_id(), "node_type": node_type}
        node = Node.from_document(document, next_place(workflow))
        source = source_of(workflow, after, on)
        node.position_x = source.position_x if source else 250.0
        node.position_y = (source.position_y + STEP_DOWN) if source else 120.0 + STEP_DOWN * node.place
        workflow.nodes.append(node)
        put_on_way(workflow, node.id, node.id, after, on)
    return node


def make_room(workflow: Workflow, nodes: int, connections: int) -> None:
    """Raises Invalid where so many more would be too many for an import to read."""
    if len(workflow.nodes) + nodes > NODES:
        raise Invalid("node_type", FULL)
    if len(workflow.connections) + connections > CONNECTIONS:
        raise Invalid("node_type", FULL_OF_CONNECTIONS)


def next_place(workflow: Workflow) -> int:
    """The place behind the last node in document order."""
    return max((node.place for node in workflow.nodes), default=-1) + 1


def source_of(workflow: Workflow, after: tuple[str, str] | None, on: str | None) -> Node | None:
    """The node behind which something is inserted; raises NotFound, Invalid."""
    if on is not None:
        return node_of(workflow, wiring.connection_of(workflow, on).source_node_id)
    if after is None:
        return None
    source = node_of(workflow, after[0])
    wiring.check_type(source, after[1])
    return source


def put_on_way(workflow: Workflow, first_id: str, last_id: str, after: tuple[str, str] | None, on: str | None) -> None:
    """Inserts nodes that are joined, from the first to the last of them, where `add_node` would."""
    db.session.flush()
    if on is not None:
        wiring.split(workflow, wiring.connection_of(workflow, on), first_id, last_id)
    elif after is not None:
        wiring.insert(workflow, *after, first_id, last_id)


def change_node(
    workflow_id: int, node_id: str, fields: Mapping[str, Any], actor: Actor, revision: int | None = None
) -> Node:
    """Writes the given fields (checked values, under the export format's names). Raises NotFound, Conflict."""
    with editing(workflow_id, revision, actor, "node changed") as workflow:
        node = node_of(workflow, node_id)
        rest = dict(node.fields)
        for name, value in fields.items():
            if name in Node.COLUMNS and name not in ("id", "node_type"):
                setattr(node, name, value)
            else:
                rest[name] = value
        node.fields = rest
    return node


def duplicate_node(workflow_id: int, node_id: str, actor: Actor, revision: int | None = None) -> Node:
    """Puts a copy of a node behind it; of a When node beside it, leading to the same nodes.

    Raises NotFound, Invalid, Conflict.
    """
    with editing(workflow_id, revision, actor, "node duplicated") as workflow:
        node = node_of(workflow, node_id)
        following = wiring.leaving(workflow, node.id, wiring.MAIN)
        make_room(workflow, nodes=1, connections=max(len(following), 2))
        copy = _copy(workflow, node)
        workflow.nodes.append(copy)
        db.session.flush()
        if node.node_type != "when":
            wiring.insert(workflow, node.id, wiring.MAIN, copy.id, copy.id)
        for connection in following if node.node_type == "when" else ():
            wiring.join(workflow, copy.id, wiring.MAIN, connection.target_node_id, connection.condition)
    return copy


def _copy(workflow: Workflow, node: Node) -> Node:
    new_id = new_node_id()
    title = _next_title(node.title, {n.title for n in workflow.nodes})
    own = {"id": new_id, "title": title, "position_y": node.position_y + STEP_DOWN}
    return Node.from_document(rewrite_ids(node.document(), {node.id: new_id}) | own, next_place(workflow))


def _next_title(title: str, taken: set[str]) -> str:
    """The title with the first free number: answers are found by the title of the node that asked."""
    if not title.strip():
        return title
    numbered = (f"{title[: kinds.TITLE_LENGTH - 8]} ({number})" for number in range(2, len(taken) + 3))
    return next(each for each in numbered if each not in taken)


def delete_node(workflow_id: int, node_id: str, actor: Actor, revision: int | None = None) -> Workflow:
    """Takes a node away; what led to it leads to what followed it by success. Raises NotFound, Conflict."""
    with editing(workflow_id, revision, actor, "node deleted") as workflow:
        node = node_of(workflow, node_id)
        wiring.bridge(workflow, node)
        workflow.nodes.remove(node)
    return workflow


def move_node(workflow_id: int, node_id: str, up: bool, actor: Actor, revision: int | None = None) -> Workflow:
    """Has a node come earlier or later: it changes places with the node before or after it in the flow, a When node
    with the one before or after it in document order. Raises NotFound, Invalid, Conflict."""
    with editing(workflow_id, revision, actor, "node moved") as workflow:
        node = node_of(workflow, node_id)
        found = _neighbour(Graph(draft(workflow)), node_id, up)
        if found is None:
            raise Invalid("direction", NOT_MOVABLE)
        if node.node_type == "when":
            other = node_of(workflow, found)
            node.place, other.place = other.place, node.place
        else:
            wiring.exchange(workflow, wiring.connection_of(workflow, found))
    return workflow


def is_movable(graph: Graph, node_id: str, up: bool) -> bool:
    """Whether `move_node` would move that node of the draft's graph."""
    return _neighbour(graph, node_id, up) is not None


def _neighbour(graph: Graph, node_id: str, up: bool) -> str | None:
    """With what it can change places: for a When node the other one's id, else that of the connection between both."""
    if graph.node(node_id)["node_type"] == "when":
        return _next_start(graph, node_id, up)
    return wiring.before(graph, node_id) if up else wiring.after(graph, node_id)


def _next_start(graph: Graph, node_id: str, up: bool) -> str | None:
    starts = [other_id for other_id, node in graph.nodes.items() if node["node_type"] == "when"]
    ahead = starts[: starts.index(node_id)][::-1] if up else starts[starts.index(node_id) + 1 :]
    return next(iter(ahead), None)


def arrange(
    workflow_id: int, positions: Mapping[str, tuple[float, float]], actor: Actor, revision: int | None = None
) -> Workflow:
    """Gives nodes their places (x, y) on the drawing, by id; others keep theirs. Raises NotFound, Conflict."""
    with editing(workflow_id, revision, actor, "tidied up") as workflow:
        for node in workflow.nodes:
            node.position_x, node.position_y = positions.get(node.id, (node.position_x, node.position_y))
    return workflow
