"""One drawing of a workflow for editor, execution, preview and print: boxes and lines with their places on the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from typing import Any

from ...engine.graph import Connection, Graph
from ...engine.kinds import ALL_CONNECTION_TYPES, CONNECTION_TYPES
from . import routes
from .layout import WIDTH, Spot
from .marks import NONE, Mark, Marks
from .places import OTHER_PORT, PORTS, Placed, placed
from .routes import Place, Route

MARGIN = 24
NAME_ROOM, NAME_ROOM_BELOW = 84, 40
"""Behind a way out that nothing follows, for its name: beside it, or below."""
FORKING = ("condition", "waiting")


@dataclass(frozen=True, slots=True)
class Box:
    """A node at its place (upper left corner); `is_aside` where the path that is shown leaves it out."""

    node: Mapping[str, Any]
    x: float
    y: float
    href: str | None
    mark: Mark | None
    is_aside: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A connection, or without one (`connection` None) a way out that nothing follows.

    `is_named` where the type has to be read: a plain way on by success needs no name.
    """

    type: str
    route: Route
    connection: Connection | None
    is_named: bool
    is_taken: bool
    is_aside: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """`is_kept` says that the document's own positions are shown."""

    graph: Graph
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    is_kept: bool
    downwards: bool
    traced: bool

    @property
    def types(self) -> list[str]:
        """The types of its connections, in their fixed order."""
        used = {line.type for line in self.lines if line.connection}
        return [type_ for type_ in ALL_CONNECTION_TYPES if type_ in used]

    @property
    def has_ends(self) -> bool:
        return any(line.connection is None for line in self.lines)


def drawing(
    graph: Graph, *, rtl: bool = False, links: Callable[[str], str | None] | None = None,
    marks: Marks = NONE, tidy: bool = False, downwards: bool = False,
) -> Drawing:  # fmt: skip
    """The drawing of a graph, mirrored for languages that are read from right to left.

    `links` gives a node's address by its id; `tidy` lays it out anew even where the document has positions,
    `downwards` for a narrow place.
    """
    plain = _plain(graph, rtl, tidy, downwards)
    boxes = tuple(_marked(box, links, marks) for box in plain.boxes)
    if not marks.traced:
        return replace(plain, boxes=boxes)
    # What was taken lies on top of what was not.
    lines = sorted((_traced(line, marks) for line in plain.lines), key=lambda line: line.is_taken)
    return replace(plain, boxes=boxes, lines=tuple(lines), traced=True)


def _marked(box: Box, links: Callable[[str], str | None] | None, marks: Marks) -> Box:
    node_id = box.node["id"]
    mark = marks.nodes.get(node_id)
    return Box(box.node, box.x, box.y, links(node_id) if links else None, mark, marks.traced and mark is None)


def _traced(line: Line, marks: Marks) -> Line:
    is_taken = line.connection is not None and line.connection.id in marks.taken
    return Line(line.type, line.route, line.connection, line.is_named, is_taken, not is_taken)


@lru_cache(maxsize=32)
def _plain(graph: Graph, rtl: bool, tidy: bool, downwards: bool) -> Drawing:
    """Without links and marks. A graph is never changed, and that of a version is drawn for each of its executions."""
    stand = placed(graph, tidy, downwards)
    ends = {source for source, _ in _unused(graph)}
    size = _size(stand, [number for number, node in enumerate(stand.nodes) if node in ends])
    place = partial(_place, size[0], rtl, stand.downwards)
    boxes = tuple(_box(graph, stand, number, place, rtl) for number in range(len(stand.nodes)))
    lines = (*_lines(graph, stand, place), *_stubs(graph, stand, place))
    return Drawing(graph, *size, boxes, lines, stand.kept, stand.downwards, traced=False)


def _place(width: float, rtl: bool, downwards: bool, along: float, across: float) -> tuple[float, float]:
    x, y = (across, along) if downwards else (along, across)
    return (width - MARGIN - x if rtl else MARGIN + x), MARGIN + y


def _size(stand: Placed, ending: list[int]) -> tuple[float, float]:
    """Width and height, with room for all names and lanes."""
    spots = stand.layout.spots
    room = NAME_ROOM_BELOW if stand.downwards else NAME_ROOM
    along = [spot[0] + stand.measure.length for spot in spots] + [
        spots[n][0] + stand.measure.length + room for n in ending
    ]
    lanes = [*stand.layout.lanes.values(), *_outer_lanes(stand).values()]
    across = [spot[1] + stand.measure.breadth for spot in spots] + [lane + MARGIN / 2 for lane in lanes]
    if lanes:
        along.append(max(along) + routes.OUT)
    sides = max(along, default=0.0) + 2 * MARGIN, max(across, default=0.0) + 2 * MARGIN
    return (sides[1], sides[0]) if stand.downwards else sides


def _box(graph: Graph, stand: Placed, number: int, place: Place, rtl: bool) -> Box:
    x, y = place(*stand.layout.spots[number])
    return Box(graph.node(stand.nodes[number]), x - WIDTH if rtl else x, y, None, None, False)


# -- lines -----------------------------------------------------------------------------------------------------------


def _lines(graph: Graph, stand: Placed, place: Place) -> list[Line]:
    corners = stand.corners
    outer = _outer_lanes(stand)
    return [
        _line(graph, connection, _route(stand, number, connection, corners, outer, place))
        for number, connection in enumerate(stand.connections)
    ]


def _line(graph: Graph, connection: Connection, route: Route) -> Line:
    is_plain = connection.type == "success" and graph.node(connection.source)["node_type"] not in FORKING
    return Line(connection.type, route, connection, not is_plain or connection.condition is not None, False, False)


def _route(
    stand: Placed, number: int, connection: Connection, corners: Mapping[str, Spot],
    outer: Mapping[int, float], place: Place,
) -> Route:  # fmt: skip
    start = _port(stand, corners[connection.source], connection.type)
    corner = corners[connection.target]
    end = (corner[0], corner[1] + stand.measure.breadth / 2)
    lane = stand.layout.lanes.get(number, outer.get(number))
    if lane is not None:
        return routes.around(start, end, lane, place)
    return routes.direct(start, end, stand.layout.bends.get(number, ()), stand.measure.length, place)


def _port(stand: Placed, corner: Spot, type_: str) -> Spot:
    """Where connections of that type leave a box."""
    share = 0.5 + PORTS.get(type_, OTHER_PORT)
    return corner[0] + stand.measure.length, corner[1] + stand.measure.breadth * share


def _outer_lanes(stand: Placed) -> dict[int, float]:
    """Lanes for the connections that turn back between positions which the layout has not chosen."""
    if not stand.kept:
        return {}
    corners = stand.corners
    turning = [
        number
        for number, connection in enumerate(stand.connections)
        if routes.backwards(_port(stand, corners[connection.source], connection.type), corners[connection.target])
    ]
    ends = [spot[1] + stand.measure.breadth for spot in stand.layout.spots]
    return {number: routes.lane_below(ends, lane) for lane, number in enumerate(turning)}


def _unused(graph: Graph) -> list[tuple[str, str]]:
    """(node id, type) of the ways out that nothing follows: all of a fork's, elsewhere only where the path ends."""
    found = []
    for node_id, node in graph.nodes.items():
        types = CONNECTION_TYPES.get(node["node_type"], ())
        unused = [type_ for type_ in types if not graph.has(node_id, type_)]
        if node["node_type"] not in FORKING:
            unused = ["success"] if types and len(unused) == len(types) else []
        found += [(node_id, type_) for type_ in unused]
    return found


def _stubs(graph: Graph, stand: Placed, place: Place) -> list[Line]:
    corners = stand.corners
    return [
        Line(
            type_, routes.stub(_port(stand, corners[node_id], type_), place), None,
            graph.node(node_id)["node_type"] in FORKING, False, False,
        )
        for node_id, type_ in _unused(graph)
    ]  # fmt: skip
