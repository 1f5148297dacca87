"""How connections run between the boxes: curves, arrowheads, and where their names stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from .layout import LANE, Spot

OUT = 20
ROUND = 10
HEAD = (9, 5)
STUB = 18
NAME_AT = 0.42

Place = Callable[[float, float], tuple[float, float]]
"""From (along, across) to a point on the page."""


@dataclass(frozen=True, slots=True)
class Route:
    """An SVG path with its arrowhead, and the point at which its name stands."""

    path: str
    head: str
    name_at: tuple[float, float]


def direct(start: Spot, end: Spot, bends: Sequence[Spot], length: float, place: Place) -> Route:
    """From box to box through what lies between, straight where it passes a layer."""
    spots = [start]
    for along, across in bends:
        spots += [(along, across), (along + length, across)]
    spots.append((end[0] - HEAD[0], end[1]))
    path = [_move(place, spots[0])]
    for number, (a, b) in enumerate(pairwise(spots)):
        path.append(_curve(place, a, b) if number % 2 == 0 else _line(place, b))
    return Route("".join(path), _head(place, end), place(*_on_curve(spots[0], spots[1])))


def around(start: Spot, end: Spot, lane: float, place: Place) -> Route:
    """Back, or far ahead: out of the box, along a lane beside all boxes, and into the other one."""
    tip = (end[0] - HEAD[0], end[1])
    out, back = start[0] + OUT, end[0] - OUT - HEAD[0]
    corners = [start, (out, start[1]), (out, lane), (back, lane), (back, end[1]), tip]
    return Route(_rounded(place, corners), _head(place, end), place((out + back) / 2, lane))


def stub(start: Spot, place: Place) -> Route:
    """A way out that nothing follows: a short line with a bar."""
    along, across = start[0] + STUB, start[1]
    bar = _move(place, (along, across - 5)) + _line(place, (along, across + 5))
    return Route(_move(place, start) + _line(place, (along, across)) + bar, "", place(along + 6, across))


def backwards(start: Spot, end: Spot) -> bool:
    """Whether a connection between these has to go around."""
    return end[0] - start[0] < OUT + HEAD[0]


def lane_below(ends: Sequence[float], number: int) -> float:
    """The lane of that number below all of these."""
    return max(ends) + LANE * (number + 1)


def _curve(place: Place, a: Spot, b: Spot) -> str:
    if a[1] == b[1]:
        return _line(place, b)
    middle = (a[0] + b[0]) / 2
    return "C" + " ".join(_point(place, spot) for spot in ((middle, a[1]), (middle, b[1]), b))


def _on_curve(a: Spot, b: Spot) -> Spot:
    """The point of that curve where its name stands: nearer to where it begins, where others have not joined it."""
    t, rest = NAME_AT, 1 - NAME_AT
    middle = (a[0] + b[0]) / 2
    weights = (rest**3, 3 * rest**2 * t, 3 * rest * t**2, t**3)
    along = sum(w * x for w, x in zip(weights, (a[0], middle, middle, b[0]), strict=True))
    across = sum(w * x for w, x in zip(weights, (a[1], a[1], b[1], b[1]), strict=True))
    return along, across


def _rounded(place: Place, corners: Sequence[Spot]) -> str:
    """Straight lines with round corners."""
    path = [_move(place, corners[0])]
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        path.append(_line(place, _towards(corner, before)))
        path.append(f"Q{_point(place, corner)} {_point(place, _towards(corner, after))}")
    return "".join([*path, _line(place, corners[-1])])


def _towards(corner: Spot, other: Spot) -> Spot:
    """The spot where the corner's rounding begins: at most half way."""
    distance = abs(other[0] - corner[0]) + abs(other[1] - corner[1])
    share = min(ROUND, distance / 2) / distance if distance else 0.0
    return corner[0] + (other[0] - corner[0]) * share, corner[1] + (other[1] - corner[1]) * share


def _head(place: Place, end: Spot) -> str:
    long, half = HEAD
    sides = [(end[0] - long, end[1] - half), (end[0] - long, end[1] + half)]
    return _move(place, end) + "".join(_line(place, side) for side in sides) + "Z"


def _move(place: Place, spot: Spot) -> str:
    return "M" + _point(place, spot)


def _line(place: Place, spot: Spot) -> str:
    return "L" + _point(place, spot)


def _point(place: Place, spot: Spot) -> str:
    x, y = place(*spot)
    return f"{x:.10g},{y:.10g}"
