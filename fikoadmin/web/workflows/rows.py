"""The lines of an outline as a page shows them: HTML that is ready to be written, each text escaped once.

A page has up to a hundred nodes: whatever many lines share is looked up here and not on every line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from flask import get_template_attribute, url_for
from markupsafe import Markup, escape

from ...engine import kinds
from ..assets import icon
from ..formats import format_number
from ..labels import label
from . import node_kinds, sentences
from .outline import Line, NodeLine, Way, WayLine

if TYPE_CHECKING:
    from .base import Draft

Value = TypeVar("Value")
Node: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What stands elsewhere in the outline: its address there, its number and title."""

    url: Markup
    number: str
    title: Markup


@dataclass(frozen=True, slots=True)
class End:
    """A way out that nothing follows. `is_aside` where it is not the way on: it needs fewer words."""

    way: Way
    name: Markup
    add: Markup
    change: Markup
    is_aside: bool
    is_open: bool


@dataclass(frozen=True, slots=True)
class NodeRow:
    """`name` is its kind's, empty where the title says it already."""

    id: Markup
    url: Markup
    depth: int
    number: str
    title: Markup
    name: Markup
    tile: Markup
    sentence: Markup
    findings: tuple[Markup, ...]
    is_active: bool
    ends: tuple[End, ...]
    is_node: bool = True


@dataclass(frozen=True, slots=True)
class WayRow:
    """`change` is the query that opens the choice of a target; `is_branch` where there are several."""

    way: Way
    id: Markup
    source: Markup
    leads: str
    depth: int
    name: Markup
    guard: Markup
    target: Target | None
    add: Markup
    change: Markup
    is_open: bool
    is_first: bool
    is_branch: bool
    is_node: bool = False


Row: TypeAlias = NodeRow | WayRow


class Rows:
    """The lines of one draft; `change` is the way out (node id, type) whose target is being chosen."""

    def __init__(self, draft: Draft, change: tuple[str, str] | None, finding_text: Callable[[Any], str]) -> None:
        self.draft, self.change, self.finding_text = draft, change, finding_text
        self.here = url_for("workflows.show", workflow_id=draft.workflow.id)
        self._is_whole = draft.is_whole
        self._chip = get_template_attribute("macros/chips.html", "connection_chip")
        self._made: dict[Any, Any] = {}

    def of(self, lines: Iterable[Line]) -> list[Row]:
        return [self._node(line) if isinstance(line, NodeLine) else self._way(line) for line in lines]

    def _once(self, key: Any, make: Callable[[], Value]) -> Value:
        if key not in self._made:
            self._made[key] = make()
        made: Value = self._made[key]
        return made

    def _node(self, line: NodeLine) -> NodeRow:
        node = line.node
        name, title = self._kind_name(node), str(node["title"]).strip()
        return NodeRow(
            id=escape(node["id"]),
            url=escape(f"{self.here}/nodes/{node['id']}"),
            depth=line.depth,
            number=format_number(self.draft.outline.numbers[node["id"]]),
            title=escape(title or name),
            name=escape(name if title and title != name else ""),
            tile=self._tile(node),
            sentence=node_kinds.of(node).sentence(node),
            findings=tuple(escape(self.finding_text(finding)) for finding in self.draft.findings_of(node["id"])),
            is_active=node["is_active"],
            ends=tuple(self._end(way) for way in line.ends),
        )

    def _kind_name(self, node: Node) -> str:
        kind = (node["node_type"], kinds.kind(node))
        return self._once(kind, partial(node_kinds.name, *kind))

    def _tile(self, node: Node) -> Markup:
        look = (node_kinds.look_of(node), node_kinds.of(node).icon)
        tile = Markup('<span class="tile tile-{}">{}</span>')
        return self._once(look, lambda: tile.format(look[0], icon(look[1])))

    def _end(self, way: Way) -> End:
        return End(
            way,
            self._way_name(way, False),
            escape(f"{self.here}/nodes/new?after={way.source['id']}&way={way.type}"),
            self._change(way),
            way.type != "success" and way.source["node_type"] == "action",
            self._is_open(way),
        )

    def _way(self, line: WayLine) -> WayRow:
        way, connection = line.way, line.connection
        is_first = way.connections[0] is connection
        return WayRow(
            way=way,
            id=escape(connection.id),
            source=escape(connection.source),
            leads=line.leads,
            depth=line.depth,
            name=self._way_name(way, line.leads == "below"),
            guard=sentences.guard(connection.condition) if connection.condition else Markup(),
            target=self._target(connection.target) if line.leads == "elsewhere" else None,
            add=escape(f"{self.here}/nodes/new?on={connection.id}"),
            change=self._change(way),
            is_open=is_first and self._is_open(way),
            is_first=is_first,
            is_branch=len(way.connections) > 1,
        )

    def _way_name(self, way: Way, is_quiet: bool) -> Markup:
        key = (way.source["node_type"], way.type, is_quiet)
        if is_quiet:
            hidden = Markup('<span class="visually-hidden">{}</span>')
            return self._once(key, lambda: hidden.format(label("connection_type", way.type)))
        return self._once(key, lambda: self._named(way))

    def _named(self, way: Way) -> Markup:
        chip, hint = Markup(self._chip(way.type)), sentences.way_hint(way)
        return chip + Markup(' <span class="muted small">{}</span>').format(hint) if hint else chip

    def _target(self, node_id: str) -> Target:
        node = self.draft.graph.node(node_id)
        title = str(node["title"]).strip() or self._kind_name(node)
        number = format_number(self.draft.outline.numbers[node_id])
        return Target(escape(self.address(node_id)), number, escape(title))

    def address(self, node_id: str) -> str:
        """Of the node in the outline; of its part where there are several."""
        anchor = f"#node-{node_id}"
        return anchor if self._is_whole else f"{self.here}?at={node_id}{anchor}"

    def _change(self, way: Way) -> Markup:
        return escape(f"change={way.source['id']}.{way.type}&at={way.source['id']}")

    def _is_open(self, way: Way) -> bool:
        return self.change == (way.source["id"], way.type)
