"""Layers of a graph: each node behind all that leads to it, circles cut, crossings few.

Nodes are numbers from 0, an arc is (source, target). Nothing here knows of sizes.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

Arc: TypeAlias = tuple[int, int]

LONGEST = 12
"""An arc over more layers than that runs outside instead of between the nodes."""
PASSES_PER_NODE = 4
SWEEPS = 6


@dataclass(slots=True)
class Layered:
    """`layers` hold items in order: nodes, and above their numbers the places where long arcs pass through.

    `passes` are those places by arc; `outside` are the arcs that turn back or are too long; `links` lead from
    each item to those of the next layer.
    """

    layers: list[list[int]]
    passes: dict[int, list[int]] = field(default_factory=dict)
    outside: list[int] = field(default_factory=list)
    links: dict[int, list[int]] = field(default_factory=dict)
    back_links: dict[int, list[int]] = field(default_factory=dict)


def layered(count: int, arcs: Sequence[Arc]) -> Layered:
    """The layers of the nodes 0 to `count` - 1; the same for the same input."""
    order, turning = _walk(count, arcs)
    depth = _depths(order, arcs, turning)
    found = Layered([[] for _ in range(max(depth, default=-1) + 1)])
    for node in order:
        found.layers[depth[node]].append(node)
    _lead(found, count, arcs, depth, turning)
    _untangle(found)
    return found


def _walk(count: int, arcs: Sequence[Arc]) -> tuple[list[int], set[int]]:
    """The nodes so that arcs lead forwards, and the arcs that close a circle. With a stack: graphs may be deep."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    entered = [False] * count
    for number, (source, target) in enumerate(arcs):
        out[source].append((number, target))
        entered[target] = True
    state, finished, turning = [0] * count, [], set()
    for root in sorted(range(count), key=entered.__getitem__):
        stack = [] if state[root] else [(root, iter(reversed(out[root])))]
        state[root] = state[root] or 1
        while stack:
            node, rest = stack[-1]
            for number, target in rest:
                if state[target] == 1:
                    turning.add(number)
                elif state[target] == 0:
                    state[target] = 1
                    stack.append((target, iter(reversed(out[target]))))
                    break
            else:
                state[node] = 2
                finished.append(stack.pop()[0])
    return finished[::-1], turning


def _depths(order: list[int], arcs: Sequence[Arc], turning: set[int]) -> list[int]:
    """The longest way to each node."""
    out: dict[int, list[int]] = {}
    for number, (source, target) in enumerate(arcs):
        if number not in turning:
            out.setdefault(source, []).append(target)
    depth = [0] * len(order)
    for node in order:
        for target in out.get(node, ()):
            depth[target] = max(depth[target], depth[node] + 1)
    return depth


def _lead(found: Layered, count: int, arcs: Sequence[Arc], depth: list[int], turning: set[int]) -> None:
    """Leads each arc from layer to layer."""
    left = PASSES_PER_NODE * count
    for number, (source, target) in enumerate(arcs):
        span = depth[target] - depth[source]
        if number in turning or span > min(LONGEST, left + 1):
            found.outside.append(number)
            continue
        passes = range(count, count + span - 1)
        count, left = count + span - 1, left - span + 1
        for layer, item in enumerate(passes, depth[source] + 1):
            found.layers[layer].append(item)
        found.passes[number] = list(passes)
        chain = [source, *passes, target]
        for item, following in zip(chain, chain[1:], strict=False):
            found.links.setdefault(item, []).append(following)
            found.back_links.setdefault(following, []).append(item)


def _untangle(found: Layered) -> None:
    """Sorts each layer by the middle of its neighbours, to and fro, and keeps the order with the fewest crossings."""
    best, fewest = [list(layer) for layer in found.layers], crossings(found)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        backwards = sweep % 2 == 1
        _sweep(found, backwards)
        now = crossings(found)
        if now < fewest:
            best, fewest = [list(layer) for layer in found.layers], now
    found.layers = best


def _sweep(found: Layered, backwards: bool) -> None:
    links, layers = (found.links, found.layers[::-1]) if backwards else (found.back_links, found.layers)
    for before, layer in zip(layers, layers[1:], strict=False):
        place = {item: float(number) for number, item in enumerate(before)}
        own = {item: float(number) for number, item in enumerate(layer)}
        middles = {item: _middle(links.get(item), place, own[item]) for item in layer}
        layer.sort(key=middles.__getitem__)


def _middle(near: Sequence[int] | None, place: Mapping[int, float], own: float) -> float:
    """The mean place of an item's neighbours; without any its own."""
    return sum(place[each] for each in near) / len(near) if near else own


def crossings(found: Layered) -> int:
    """How often arcs between two layers cross."""
    return sum(_crossings(found.links, a, b) for a, b in zip(found.layers, found.layers[1:], strict=False))


def _crossings(links: dict[int, list[int]], layer: list[int], following: list[int]) -> int:
    place = {item: number for number, item in enumerate(following)}
    seen: list[int] = []
    count = 0
    for item in layer:
        ends = [place[each] for each in links.get(item, ())]
        count += sum(len(seen) - bisect_right(seen, end) for end in ends)
        for end in ends:
            insort(seen, end)
    return count
