"""The outline of a workflow: its graph as lines in reading order, each node once, what it leads to below it.

A path that does not fork goes down at one depth. Where it forks, each branch stands indented below its own
line. What leads to a node that stands elsewhere says so by that node's number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from ...engine.graph import Connection, Graph, Node
from ...engine.kinds import ALL_CONNECTION_TYPES, CONNECTION_TYPES

DEPTH = 6
"""Lines of a greater depth stand at this one: a narrow screen has to show them."""

PART = 100
"""A longer outline is shown in parts of so many nodes."""

MAIN = "success"
FORKING = ("condition", "waiting")
"""Node types whose every way out is a branch of its own, even where only one is used."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a node, by the type of its connections; without any it ends there."""

    source: Node
    type: str
    connections: tuple[Connection, ...]


@dataclass(frozen=True, slots=True)
class NodeLine:
    """`ends` are the ways out that nothing follows."""

    node: Node
    depth: int
    ends: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class WayLine:
    """A connection: its target follows at once (`below`), `inside` it indented, or stands `elsewhere`."""

    way: Way
    connection: Connection
    depth: int
    leads: Literal["below", "inside", "elsewhere"]


Line: TypeAlias = NodeLine | WayLine


@dataclass(frozen=True, slots=True)
class Part:
    """What of an outline stands on one page; `number` counts from 1."""

    number: int
    count: int
    lines: tuple[Line, ...]
    astray: tuple[Line, ...]

    def nodes_of(self, number: int, total: int) -> tuple[int, int]:
        """The first and the last node's number of any of the parts."""
        return (number - 1) * PART + 1, min(number * PART, total)


@dataclass(frozen=True, slots=True)
class Outline:
    """`lines` begin at the When nodes, `astray` at what no When node leads to; `numbers` by node id, from 1."""

    graph: Graph
    lines: tuple[Line, ...]
    astray: tuple[Line, ...]
    numbers: Mapping[str, int]

    def part(self, wanted: int) -> Part:
        """One of its parts; where there is none of that number, the nearest."""
        count = max((len(self.numbers) + PART - 1) // PART, 1)
        number = min(max(wanted, 1), count)
        lines = (*self.lines, *self.astray)
        begin, end = (self._beginning(lines, n * PART + 1) for n in (number - 1, number))
        border = min(max(len(self.lines), begin), end)
        return Part(number, count, lines[begin:border], lines[border:end])

    def part_with(self, node_id: str) -> int:
        """The number of the part in which that node stands."""
        return (self.numbers.get(node_id, 1) - 1) // PART + 1

    def _beginning(self, lines: tuple[Line, ...], number: int) -> int:
        """Where the node of that number begins among the lines, with the way that leads to it."""
        for place, line in enumerate(lines):
            if isinstance(line, NodeLine) and self.numbers[line.node["id"]] == number:
                before = lines[place - 1] if place else None
                return place - (isinstance(before, WayLine) and before.leads != "elsewhere")
        return len(lines)


def outline(document: Mapping[str, Any]) -> Outline:
    """The outline of a bare document in the export format."""
    graph = Graph(document)
    walk = _Walk(graph)
    starts = [node_id for node_id, node in graph.nodes.items() if node["node_type"] == "when"]
    lines = tuple(walk.lines(starts))
    # First what has nothing before it, then what only a circle leads to.
    targets = {connection.target for connection in graph.connections}
    astray = tuple(walk.lines([*(n for n in graph.nodes if n not in targets), *graph.nodes]))
    return Outline(graph, lines, astray, walk.numbers)


def ways_out(graph: Graph, node_id: str) -> tuple[Way, ...]:
    """The ways out that the node's type has, and those besides that a document gave it."""
    node = graph.node(node_id)
    own = CONNECTION_TYPES.get(node["node_type"], (MAIN,))
    others = [type for type in ALL_CONNECTION_TYPES if type not in own and graph.has(node_id, type)]
    return tuple(Way(node, type, graph.next(node_id, type)) for type in (*own, *others))


@dataclass(frozen=True, slots=True)
class _Step:
    """What is still to be written: a node, a connection's line, or the end of a reservation."""

    depth: int
    node_id: str = ""
    way: Way | None = None
    connection: Connection | None = None
    is_below: bool = False
    release: tuple[str, ...] = ()


@dataclass(slots=True)
class _Walk:
    """Walks with a stack of its own: a document may be deeper than Python's."""

    graph: Graph
    numbers: dict[str, int] = field(default_factory=dict)
    # Nodes that a path at a lesser depth is going to reach: a branch before it only refers to them.
    _reserved: set[str] = field(default_factory=set)

    def lines(self, starts: list[str]) -> Iterator[Line]:
        ahead = [_Step(0, node_id) for node_id in reversed(starts)]
        while ahead:
            step = ahead.pop()
            self._reserved.difference_update(step.release)
            if step.way and step.connection:
                yield self._way(step.way, step.connection, step, ahead)
            elif step.node_id and step.node_id not in self.numbers:
                yield self._node(step, ahead)

    def _node(self, step: _Step, ahead: list[_Step]) -> NodeLine:
        self.numbers[step.node_id] = len(self.numbers) + 1
        ways = ways_out(self.graph, step.node_id)
        used = [way for way in ways if way.connections]
        ahead.extend(reversed(list(self._out(used, step.depth))))
        return NodeLine(self.graph.node(step.node_id), step.depth, tuple(way for way in ways if not way.connections))

    def _out(self, used: list[Way], depth: int) -> Iterator[_Step]:
        """The lines of the ways out; the one that goes on at the same depth comes last."""
        main = next((way for way in used if way.type == MAIN and len(way.connections) == 1), None)
        if main is None or main.source["node_type"] in FORKING:
            yield from self._branches(used, depth)
            return
        sides = [way for way in used if way is not main]
        if sides:
            reserved = self._path(main.connections[0])
            self._reserved.update(reserved)
            yield from self._branches(sides, depth)
            yield _Step(depth, release=reserved)
        yield _Step(depth, way=main, connection=main.connections[0], is_below=True)

    @staticmethod
    def _branches(ways: list[Way], depth: int) -> Iterator[_Step]:
        deeper = min(depth + 1, DEPTH)
        return (_Step(deeper, way=way, connection=connection) for way in ways for connection in way.connections)

    def _path(self, connection: Connection) -> tuple[str, ...]:
        """The nodes that follow by success, which no outer path has reserved already."""
        path: dict[str, None] = {}
        target = connection.target
        while target not in path and target not in self.numbers:
            path[target] = None
            following = self.graph.next(target, MAIN)
            if len(following) != 1:
                break
            target = following[0].target
        return tuple(node_id for node_id in path if node_id not in self._reserved)

    def _way(self, way: Way, connection: Connection, step: _Step, ahead: list[_Step]) -> WayLine:
        target = connection.target
        if target in self.numbers or target in self._reserved:
            return WayLine(way, connection, step.depth, "elsewhere")
        ahead.append(_Step(step.depth, target))
        return WayLine(way, connection, step.depth, "below" if step.is_below else "inside")
