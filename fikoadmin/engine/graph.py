"""A workflow document as a graph: which nodes start, and what follows what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

from .kinds import CONNECTION_TYPES

Node: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Connection:
    """`condition` is the extra guard, None where there is none."""

    id: str
    source: str
    target: str
    type: str
    condition: Mapping[str, Any] | None


class Graph:
    """The nodes and connections of one document in the export format; built once, never changed."""

    __slots__ = ("_next", "connections", "nodes")

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.nodes: Mapping[str, Node] = MappingProxyType({node["id"]: node for node in document["nodes"]})
        self.connections = tuple(_connection(fields) for fields in document["connections"])
        self._next = _by_source_and_type(self.connections)

    def node(self, node_id: str) -> Node:
        """The node with that id; KeyError where there is none."""
        return self.nodes[node_id]

    def starts(self) -> tuple[Node, ...]:
        """The switched-on When nodes, in document order."""
        return tuple(n for n in self.nodes.values() if n["node_type"] == "when" and n["is_active"])

    def switched_off_starts(self) -> tuple[Node, ...]:
        return tuple(n for n in self.nodes.values() if n["node_type"] == "when" and not n["is_active"])

    def next(self, node_id: str, connection_type: str) -> tuple[Connection, ...]:
        """The connections of that type out of that node, in document order."""
        return self._next.get((node_id, connection_type), ())

    def has(self, node_id: str, connection_type: str) -> bool:
        """Whether a connection of that type leaves that node."""
        return (node_id, connection_type) in self._next

    def live(self, node_id: str) -> tuple[Connection, ...]:
        """The connections that a run can take out of that node, guards aside."""
        node = self.nodes[node_id]
        types = CONNECTION_TYPES.get(node["node_type"], ())
        if not node["is_active"]:
            types = () if node["node_type"] == "when" else ("success",)
        return tuple(connection for type in types for connection in self.next(node_id, type))


def _connection(fields: Mapping[str, Any]) -> Connection:
    return Connection(
        id=fields["id"],
        source=fields["source_node_id"],
        target=fields["target_node_id"],
        type=fields["connection_type"],
        condition=fields.get("condition") or None,
    )


def _by_source_and_type(connections: Iterable[Connection]) -> dict[tuple[str, str], tuple[Connection, ...]]:
    found: dict[tuple[str, str], list[Connection]] = {}
    for connection in connections:
        found.setdefault((connection.source, connection.type), []).append(connection)
    return {key: tuple(group) for key, group in found.items()}
