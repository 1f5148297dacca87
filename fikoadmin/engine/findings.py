"""What stands in the way of publishing a workflow, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import kinds
from .condition_shape import asks
from .graph import Connection, Graph, Node
from .messages import MESSAGES
from .needs import missing
from .paths import loops, unreachable
from .problems import Problem, problems


@dataclass(frozen=True, slots=True)
class Finding:
    """`node_id` is None where the finding concerns the whole workflow."""

    node_id: str | None
    code: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """In English; a page translates `MESSAGES[code]` and fills in `params`."""
        return MESSAGES[self.code] % self.params


def findings(document: Mapping[str, Any]) -> list[Finding]:
    """Everything that stands in the way of publishing `document`, a bare one in the export format."""
    graph = Graph(document)
    astray, circling = set(unreachable(graph)), set(loops(graph))
    found = [] if graph.starts() else [Finding(None, "no_when")]
    for node_id, node in graph.nodes.items():
        found += [Finding(node_id, code, params) for code, params in _of_node(node)]
        found += [Finding(node_id, "unreachable")] if node_id in astray else []
        found += [Finding(node_id, "cycle_without_wait")] if node_id in circling else []
    for connection in graph.connections:
        of_it = _of_connection(graph.node(connection.source), connection)
        found += [Finding(connection.source, code, params) for code, params in of_it]
    return found


def _of_node(node: Node) -> Iterator[Problem]:
    unknown = _unknown(node)
    if unknown:
        yield unknown, {"type": kinds.kind(node)}
    elif kinds.kind(node) in kinds.NOT_RUN:
        yield "not_run", {"type": kinds.kind(node)}
    elif node["is_active"]:  # what a switched-off node lacks, it is not going to miss
        yield from missing(node)


def _unknown(node: Node) -> str:
    if node["node_type"] not in kinds.NODE_TYPES:
        return "unknown_node_type"
    if node["node_type"] == "when" and node["when_type"] not in kinds.WHEN_TYPES:
        return "unknown_when"
    if node["node_type"] == "action" and node["action_type"] not in kinds.ACTION_TYPES:
        return "unknown_action"
    return ""


def _of_connection(source: Node, connection: Connection) -> Iterator[Problem]:
    if connection.type not in kinds.CONNECTION_TYPES.get(source["node_type"], ()):
        yield "wrong_connection", {"type": connection.type}
    if connection.condition is not None:
        yield from problems(connection.condition)
        if asks(connection.condition):
            yield "prompt_in_guard", {}
