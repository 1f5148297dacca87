"""Where nodes stand: as their document says where that can be read, else by the layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...engine.graph import Connection, Graph
from .layout import DOWNWARDS, HEIGHT, SIDEWAYS, WIDTH, Layout, Measure, Spot, layout

# The way out by success goes straight on, the others leave beside it: where, as shares of the box across the flow.
PORTS = {"skip": -0.42, "timeout": -0.25, "success": 0.0, "failure": 0.25}
OTHER_PORT = 0.42
SPARSE = 4
"""Positions are not taken where nodes stand further apart than that many boxes on average."""


@dataclass(frozen=True, slots=True)
class Placed:
    """`nodes` and `connections` in the order of the layout's numbers; `kept` where the document's positions count."""

    nodes: tuple[str, ...]
    connections: tuple[Connection, ...]
    layout: Layout
    measure: Measure
    kept: bool

    @property
    def downwards(self) -> bool:
        """Whether the flow goes from top to bottom, not as one reads."""
        return self.measure == DOWNWARDS

    @property
    def corners(self) -> dict[str, Spot]:
        """Where each node's box begins, by the node's id."""
        return dict(zip(self.nodes, self.layout.spots, strict=True))


def placed(graph: Graph, tidy: bool, downwards: bool) -> Placed:
    """Where the graph's nodes stand; `tidy` leaves the document's positions aside, `downwards` is for the layout."""
    nodes = tuple(graph.nodes)
    numbers = {node_id: number for number, node_id in enumerate(nodes)}
    connections = tuple(sorted(graph.connections, key=lambda c: (numbers[c.source], PORTS.get(c.type, OTHER_PORT))))
    arcs = tuple((numbers[c.source], numbers[c.target]) for c in connections)
    corners = None if tidy else kept(graph)
    if corners is None:
        measure = DOWNWARDS if downwards else SIDEWAYS
        return Placed(nodes, connections, layout(len(nodes), arcs, measure), measure, kept=False)
    measure = DOWNWARDS if _leads_down(corners, arcs) else SIDEWAYS
    spots = tuple((y, x) if measure == DOWNWARDS else (x, y) for x, y in corners)
    return Placed(nodes, connections, Layout(spots), measure, kept=True)


def kept(graph: Graph) -> list[Spot] | None:
    """The document's positions from its corner on; None where they say nothing: one below the other in one column
    (so they come from the outline), on top of each other, or far out."""
    corners = [(float(n.get("position_x") or 0), float(n.get("position_y") or 0)) for n in graph.nodes.values()]
    if len({x for x, _ in corners}) < 2 or _overlap(corners) or _is_sparse(corners):
        return None
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    return [(x - left, y - top) for x, y in corners]


def _overlap(corners: Sequence[Spot]) -> bool:
    """Whether two boxes touch: looked up in cells of a box's size."""
    cells: dict[tuple[int, int], list[Spot]] = {}
    for x, y in corners:
        column, row = int(x // WIDTH), int(y // HEIGHT)
        near = (cells.get((column + dx, row + dy), ()) for dx in (-1, 0, 1) for dy in (-1, 0, 1))
        if any(abs(x - a) < WIDTH and abs(y - b) < HEIGHT for cell in near for a, b in cell):
            return True
        cells.setdefault((column, row), []).append((x, y))
    return False


def _is_sparse(corners: Sequence[Spot]) -> bool:
    most = SPARSE * SIDEWAYS.pitch * max(len(corners), 2)
    return any(max(values) - min(values) > most for values in zip(*corners, strict=True))


def _leads_down(corners: Sequence[Spot], arcs: Sequence[tuple[int, int]]) -> bool:
    across = sum(abs(corners[target][0] - corners[source][0]) for source, target in arcs)
    down = sum(abs(corners[target][1] - corners[source][1]) for source, target in arcs)
    return down > across
