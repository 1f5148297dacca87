"""A document to be read and not edited, a version or a template: its outline in words, and its drawing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from markupsafe import Markup

from ...engine.graph import Connection, Graph, Node
from ..graph import Drawing, Mark, Marks, drawing
from ..language import page_direction
from . import sentences
from .outline import MAIN, Outline, outline, ways_out


@dataclass(frozen=True, slots=True)
class Led:
    """Where a connection leads: the number of that node, and the connection's extra condition in words."""

    number: int
    node: Node
    guard: Markup


@dataclass(frozen=True, slots=True)
class LineRead:
    """A node with its ways out (type, where to) that the order of the lines does not say already."""

    number: int
    node: Node
    ways: tuple[tuple[str, list[Led]], ...]


@dataclass(frozen=True)
class Reading:
    """Needs what a request knows: the reader's language."""

    document: Mapping[str, Any]

    @cached_property
    def outline(self) -> Outline:
        return outline(self.document)

    @property
    def graph(self) -> Graph:
        return self.outline.graph

    @property
    def lines(self) -> list[LineRead]:
        return [LineRead(number, self.graph.node(id_), self._ways(id_, number)) for id_, number in self._numbered]

    @property
    def _numbered(self) -> list[tuple[str, int]]:
        return sorted(self.outline.numbers.items(), key=lambda pair: pair[1])

    def _ways(self, node_id: str, number: int) -> tuple[tuple[str, list[Led]], ...]:
        used = [(way.type, way.connections) for way in ways_out(self.graph, node_id) if way.connections]
        goes_on = len(used) == 1 and used[0][0] == MAIN and len(used[0][1]) == 1
        if goes_on and self._is_next(used[0][1][0], number):
            return ()
        return tuple((type_, [self.led(connection) for connection in ways]) for type_, ways in used)

    def _is_next(self, connection: Connection, number: int) -> bool:
        return connection.condition is None and self.outline.numbers.get(connection.target) == number + 1

    def led(self, connection: Connection) -> Led:
        target, guard = connection.target, connection.condition
        said = sentences.guard(guard) if guard else Markup()
        return Led(self.outline.numbers.get(target, 0), self.graph.node(target), said)

    def drawn(self, marks: Mapping[str, Mark] | None = None) -> Drawing:
        """Its drawing as the reader's language goes; `marks` by node id stand beside the outline's numbers."""
        own = {id_: Mark(number=number) for id_, number in self.outline.numbers.items()}
        for id_, mark in (marks or {}).items():
            own[id_] = Mark(mark.text, mark.icon, mark.look, self.outline.numbers.get(id_))
        rtl = page_direction() == "rtl"
        return drawing(self.graph, rtl=rtl, marks=Marks(own), downwards=True)
