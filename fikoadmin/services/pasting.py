"""Nodes of a draft as JSON text, and back into any draft: the export format with fewer parts."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from .. import documents
from ..documents import Document
from ..errors import Invalid
from ..models.actors import Actor
from ..models.workflows import Connection, Node, Workflow
from ..words import N_
from . import wiring
from .draft_history import editing
from .drafts import STEP_DOWN, make_room, next_place, put_on_way, source_of

NO_NODES = N_("there are no nodes in it")


def copied(document: Mapping[str, Any], node_ids: Collection[str]) -> str:
    """Those nodes of a bare document, with the connections among them, as JSON text; the others' ids stay in it as
    references."""
    nodes = [node for node in document["nodes"] if node["id"] in node_ids]
    connections = [
        connection
        for connection in document["connections"]
        if {connection["source_node_id"], connection["target_node_id"]} <= set(node_ids)
    ]
    return json.dumps({"nodes": nodes, "connections": connections}, ensure_ascii=False, indent=2)


def paste(
    workflow_id: int, text: str, actor: Actor,
    after: tuple[str, str] | None = None, revision: int | None = None, on: str | None = None,
) -> list[str]:  # fmt: skip
    """Adds the nodes of such a text, or of a whole exported workflow, under new ids, which it returns.

    `after` and `on` as in `drafts.add_node`: the first node that is no start and that none of them leads to comes
    there. All or nothing: raises Invalid (the place in the text), NotFound, Conflict.
    """
    document = documents.read(text).with_new_ids()
    if not document.nodes:
        raise Invalid("nodes", NO_NODES)
    with editing(workflow_id, revision, actor, "nodes pasted") as workflow:
        make_room(workflow, len(document.nodes), len(document.connections) + 2)
        source = source_of(workflow, after, on)
        _add(workflow, document, source)
        first = _first(document)
        if source is not None and first is not None:
            put_on_way(workflow, first, _last(document, first), after, on)
    return [node["id"] for node in document.nodes]


def _add(workflow: Workflow, document: Document, source: Node | None) -> None:
    """Below the node that they follow, else below everything."""
    lowest = max((node.position_y for node in workflow.nodes), default=-STEP_DOWN)
    top = (source.position_y if source else lowest) + STEP_DOWN
    down = top - min(node["position_y"] for node in document.nodes)
    place = next_place(workflow)
    for number, node in enumerate(document.nodes):
        node["position_y"] += down
        workflow.nodes.append(Node.from_document(node, place + number))
    place = max((c.place for c in workflow.connections), default=-1) + 1
    for number, connection in enumerate(document.connections):
        workflow.connections.append(Connection.from_document(connection, place + number))


def _first(document: Document) -> str | None:
    targets = {connection["target_node_id"] for connection in document.connections}
    others = [node["id"] for node in document.nodes if node["node_type"] != "when"]
    return next((id_ for id_ in others if id_ not in targets), next(iter(others), None))


def _last(document: Document, node_id: str) -> str:
    """Where the path by success ends that begins there; in a circle, the node before it closes."""
    following: dict[str, Any] = {}
    for connection in document.connections:
        if connection["connection_type"] == wiring.MAIN:
            following.setdefault(connection["source_node_id"], connection["target_node_id"])
    seen = {node_id}
    while (ahead := following.get(node_id)) is not None and ahead not in seen:
        node_id = ahead
        seen.add(node_id)
    return node_id
