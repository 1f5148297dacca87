"""Which nodes of a graph a run can reach, and where it could run in circles."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import CycleError, TopologicalSorter

from .graph import Connection, Graph


def unreachable(graph: Graph) -> list[str]:
    """The switched-on nodes that no When leads to, in document order; a switched-off When leads too."""
    ahead = [node_id for node_id, node in graph.nodes.items() if node["node_type"] == "when"]
    seen = set(ahead)
    while ahead:
        targets = {connection.target for connection in _leading(graph, ahead.pop())} - seen
        seen |= targets
        ahead.extend(targets)
    return [node_id for node_id, node in graph.nodes.items() if node["is_active"] and node_id not in seen]


def loops(graph: Graph) -> list[str]:
    """For each circle that a run could walk without waiting for the customer, its first node."""
    places = {node_id: place for place, node_id in enumerate(graph.nodes)}
    steps = {
        node_id: {connection.target for connection in graph.live(node_id)}
        for node_id, node in graph.nodes.items()
        if node["node_type"] != "waiting" or not node["is_active"]
    }
    found = []
    while circle := _circle(steps):
        found.append(min(circle, key=places.__getitem__))
        del steps[found[-1]]
    return found


def _leading(graph: Graph, node_id: str) -> tuple[Connection, ...]:
    if graph.node(node_id)["node_type"] == "when":
        return graph.next(node_id, "success")
    return graph.live(node_id)


def _circle(steps: Mapping[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter(steps).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1]
        return circle
    return []
