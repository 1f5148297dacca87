"""Where nodes stand when nobody has placed them: from start to end in layers, the branches side by side.

All is measured along the flow (`along`) and across it, in pixels, from the corner where reading begins; what that
means on the page is for the drawing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeAlias

from .layers import Arc, Layered, layered

Spot: TypeAlias = tuple[float, float]
"""(along, across)."""

WIDTH, HEIGHT = 224, 72
"""Of a node's box on the page, in pixels."""
PASS_BREADTH = 20
GAP_PARTS = 56
LANE = 16
ALONE_IN_A_ROW = 3
ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Measure:
    """Of boxes along and across the flow, and the room between them."""

    length: int
    breadth: int
    gap_along: int
    gap_across: int

    @property
    def pitch(self) -> int:
        """From one layer to the next."""
        return self.length + self.gap_along


SIDEWAYS = Measure(WIDTH, HEIGHT, 96, 32)
"""The flow goes as one reads."""
DOWNWARDS = Measure(HEIGHT, WIDTH, 60, 24)


@dataclass(frozen=True, slots=True)
class Layout:
    """`spots` of the nodes' corners; `bends` are the places an arc runs through, `lanes` how far across those go that
    run outside, both by the arc's number."""

    spots: tuple[Spot, ...]
    bends: Mapping[int, tuple[Spot, ...]] = field(default_factory=dict)
    lanes: Mapping[int, float] = field(default_factory=dict)


@lru_cache(maxsize=256)
def layout(count: int, arcs: tuple[Arc, ...], measure: Measure) -> Layout:
    """The layout of the nodes 0 to `count` - 1: each part of the graph below the one before, nodes with no
    connection in rows at the end. The same for the same input."""
    spots: list[Spot] = [(0.0, 0.0)] * count
    bends: dict[int, tuple[Spot, ...]] = {}
    lanes: dict[int, float] = {}
    top = 0.0
    *parts, alone = _parts(count, arcs)
    for part in parts:
        top = _place(part, arcs, measure, top, spots, bends, lanes) + GAP_PARTS
    for number, node in enumerate(alone):
        row, column = divmod(number, ALONE_IN_A_ROW)
        spots[node] = (column * measure.pitch, top + row * (measure.breadth + measure.gap_across))
    return Layout(tuple(spots), bends, lanes)


def _parts(count: int, arcs: Sequence[Arc]) -> list[list[int]]:
    """The parts that nothing connects, in the order of their first nodes; last the nodes that stand alone."""
    chief = list(range(count))
    for source, target in arcs:
        first, second = sorted((_chief(chief, source), _chief(chief, target)))
        chief[second] = first
    parts: dict[int, list[int]] = {}
    for node in range(count):
        parts.setdefault(_chief(chief, node), []).append(node)
    several = [part for part in parts.values() if len(part) > 1]
    return [*several, [part[0] for part in parts.values() if len(part) == 1]]


def _chief(chief: list[int], node: int) -> int:
    while chief[node] != node:
        chief[node] = node = chief[chief[node]]
    return node


def _place(
    part: list[int], arcs: Sequence[Arc], measure: Measure, top: float,
    spots: list[Spot], bends: dict[int, tuple[Spot, ...]], lanes: dict[int, float],
) -> float:  # fmt: skip
    """Places one part at `top`, and says where it ends."""
    local = {node: number for number, node in enumerate(part)}
    own = [number for number, (source, _) in enumerate(arcs) if source in local]
    found = layered(len(part), [(local[arcs[number][0]], local[arcs[number][1]]) for number in own])
    sizes = {item: _size(item, len(part), measure) for layer in found.layers for item in layer}
    across = _settle(found, sizes)
    along = {item: depth * measure.pitch for depth, layer in enumerate(found.layers) for item in layer}
    shift = top - min(across[item] - sizes[item] / 2 for item in sizes)
    for node, number in local.items():
        spots[node] = (along[number], float(round(across[number] + shift - measure.breadth / 2)))
    end = max(spots[node][1] for node in part) + measure.breadth
    for number, passes in found.passes.items():
        bends[own[number]] = tuple((along[item], float(round(across[item] + shift))) for item in passes)
        end = max([end, *(spot[1] for spot in bends[own[number]])])
    for lane, number in enumerate(found.outside, 1):
        lanes[own[number]] = end + LANE * lane
    return end + LANE * len(found.outside)


def _size(item: int, count: int, measure: Measure) -> float:
    """What an item takes across, with its gap: a box, or a mere way through."""
    return measure.breadth + measure.gap_across if item < count else PASS_BREADTH


def _settle(found: Layered, sizes: Mapping[int, float]) -> dict[int, float]:
    """The middle of each item across: as straight as its neighbours allow, to and fro."""
    across = {item: middle for layer in found.layers for item, middle in zip(layer, stacked(layer, sizes), strict=True)}
    for _ in range(ROUNDS):
        for layer in found.layers[-2::-1]:
            _pull(layer, found.links, sizes, across)
        for layer in found.layers[1:]:
            _pull(layer, found.back_links, sizes, across)
    return across


def stacked(layer: Iterable[int], sizes: Mapping[int, float]) -> list[float]:
    """The middles of items that stand directly after one another, from 0."""
    middles, end = [], 0.0
    for item in layer:
        middles.append(end + sizes[item] / 2)
        end += sizes[item]
    return middles


def _pull(
    layer: list[int], links: Mapping[int, list[int]], sizes: Mapping[int, float], across: dict[int, float]
) -> None:
    """Moves a layer's items towards their neighbours, in their order and without overlap, by as little as can be.

    Less its place in a dense stack, each item only has to stay at or behind the one before: pooled means.
    """
    dense = stacked(layer, sizes)
    pools: list[tuple[float, int]] = []
    for item, place in zip(layer, dense, strict=True):
        near = links.get(item)
        wanted = sum(across[each] for each in near) / len(near) if near else across[item]
        mean, size = wanted - place, 1
        while pools and pools[-1][0] > mean:
            other, others = pools.pop()
            mean, size = (mean * size + other * others) / (size + others), size + others
        pools.append((mean, size))
    means = [mean for mean, size in pools for _ in range(size)]
    across.update({item: mean + place for item, mean, place in zip(layer, means, dense, strict=True)})
