"""What differs between two documents of one workflow: the draft and a version of it, or two versions.

Nodes are the same where they have the same id: editing and restoring keep it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from ..engine import kinds
from ..engine.graph import Connection, Graph, Node
from .workflows import COLUMNS

Document: TypeAlias = Mapping[str, Any]

PLACE = frozenset({"position_x", "position_y"})
"""A node's place on the drawing: nothing runs otherwise for it."""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field under its name in the export format, with its value before and after; None where it had none."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class NodeChange:
    old: Node
    new: Node
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class WayChange:
    """A way out of a node of which the connections are others now, in their order; none: it ended there."""

    source: Node
    type: str
    old: tuple[Connection, ...]
    new: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """`moved` counts the nodes that only stand elsewhere on the drawing; `reordered`: they are in another order."""

    old: Graph
    new: Graph
    workflow: tuple[FieldChange, ...]
    added: tuple[Node, ...]
    removed: tuple[Node, ...]
    changed: tuple[NodeChange, ...]
    ways: tuple[WayChange, ...]
    moved: int
    reordered: bool

    @property
    def is_empty(self) -> bool:
        """Whether both would do the same, in the same order, under the same name."""
        return not (
            self.workflow or self.added or self.removed or self.changed or self.ways or self.moved or self.reordered
        )


def compare(old: Document, new: Document) -> Difference:
    """What became of `old` in `new`, both bare documents in the export format."""
    before, after = Graph(old), Graph(new)
    both = [node_id for node_id in before.nodes if node_id in after.nodes]
    pairs = [(_whole(before.nodes[node_id]), _whole(after.nodes[node_id])) for node_id in both]
    changes = [NodeChange(one, other, _fields(one, other, {*one, *other} - PLACE)) for one, other in pairs]
    return Difference(
        before,
        after,
        workflow=_fields(old["workflow"], new["workflow"], COLUMNS),
        added=tuple(node for node_id, node in after.nodes.items() if node_id not in before.nodes),
        removed=tuple(node for node_id, node in before.nodes.items() if node_id not in after.nodes),
        changed=tuple(change for change in changes if change.fields),
        ways=tuple(_ways(before, after)),
        moved=sum(bool(_fields(one, other, PLACE)) for one, other in pairs),
        reordered=both != [node_id for node_id in after.nodes if node_id in before.nodes],
    )


def _whole(node: Node) -> dict[str, Any]:
    return kinds.defaults(node["node_type"]) | dict(node)


def _fields(old: Document, new: Document, names: Iterable[str]) -> tuple[FieldChange, ...]:
    """Those of `names` that differ, in the order of the export format, unknown ones behind."""
    differing = [name for name in names if old.get(name) != new.get(name)]
    order = [*COLUMNS, *kinds.fields_of(new["node_type"])] if "node_type" in new else list(COLUMNS)
    places = {name: place for place, name in enumerate(order)}
    differing.sort(key=lambda name: (places.get(name, len(places)), name))
    return tuple(FieldChange(name, old.get(name), new.get(name)) for name in differing)


def _ways(before: Graph, after: Graph) -> Iterable[WayChange]:
    """The ways out of nodes that are still there, or new."""
    for node_id, node in after.nodes.items():
        for type_ in kinds.ALL_CONNECTION_TYPES:
            old, new = before.next(node_id, type_), after.next(node_id, type_)
            if [_leads(connection) for connection in old] != [_leads(connection) for connection in new]:
                yield WayChange(node, type_, old, new)


def _leads(connection: Connection) -> tuple[str, Any]:
    return connection.target, connection.condition
