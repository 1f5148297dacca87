"""The lines of an outline as a page shows them: every text is HTML already, escaped once where it is made.

A page has up to a hundred nodes: whatever many lines share is looked up here and not on every line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from flask import url_for
from markupsafe import Markup, escape

from ...engine import kinds
from ..assets import icon
from ..chips import connection_chip
from ..formats import format_number
from ..labels import label
from ..language import page_language
from . import node_kinds, sentences
from .outline import Line, NodeLine, Way, WayLine

if TYPE_CHECKING:
    from .base import Draft

Value = TypeVar("Value")
Node: TypeAlias = Mapping[str, Any]
Html: TypeAlias = str


@dataclass(slots=True)
class Target:
    """What stands elsewhere in the outline: its address there, its number and title."""

    url: Html
    number: Html
    title: Html


@dataclass(slots=True)
class End:
    """A way out that nothing follows. `is_aside` where it is not the way on: it needs fewer words."""

    way: Way
    name: Html
    add: Html
    change: Html
    is_aside: bool
    is_open: bool


@dataclass(slots=True)
class NodeRow:
    """`name` is its kind's, empty where the title says it already."""

    id: Html
    url: Html
    depth: int
    number: Html
    title: Html
    name: Html
    tile: Html
    sentence: Html
    findings: list[Html]
    is_active: bool
    ends: list[End]
    is_node: bool = True


@dataclass(slots=True)
class WayRow:
    """`change` is the query that opens the choice of a target; `is_branch` where there are several connections."""

    way: Way
    id: Html
    source: Html
    leads: str
    depth: int
    name: Html
    guard: Html
    target: Target | None
    add: Html
    change: Html
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
        self._language = page_language()
        self._made: dict[Any, Any] = {}

    def of(self, lines: Iterable[Line]) -> list[Row]:
        return [self._node(line) if isinstance(line, NodeLine) else self._way(line) for line in lines]

    def _once(self, key: Any, make: Callable[[], Value]) -> Value:
        if key not in self._made:
            self._made[key] = make()
        made: Value = self._made[key]
        return made

    def _node(self, line: NodeLine) -> NodeRow:
        node, node_id = line.node, escape(line.node["id"])
        kind, name, title = node_kinds.of(node), self._kind_name(node), str(node["title"]).strip()
        return NodeRow(
            id=node_id,
            url=f"{self.here}/nodes/{node_id}",
            depth=line.depth,
            number=self._number(node["id"]),
            title=escape(title or name),
            name=escape(name) if title and title != name else "",
            tile=self._tile(node, kind.icon),
            sentence=node_kinds.sentences_of(self.draft.graph, self._language)[node["id"]],
            findings=[escape(self.finding_text(finding)) for finding in self.draft.findings_of(node["id"])],
            is_active=node["is_active"],
            ends=[self._end(way, node_id) for way in line.ends],
        )

    def _number(self, node_id: str) -> Html:
        number = self.draft.outline.numbers[node_id]
        return f"{number:,}" if self._language == "en" else format_number(number)

    def _kind_name(self, node: Node) -> str:
        kind = (node["node_type"], kinds.kind(node))
        return self._once(kind, partial(node_kinds.name, *kind))

    def _tile(self, node: Node, icon_name: str) -> Html:
        look = node_kinds.look_of(node)
        tile = Markup('<span class="tile tile-{}">{}</span>')
        return self._once((look, icon_name), lambda: tile.format(look, icon(icon_name)))

    def _end(self, way: Way, node_id: Html) -> End:
        type_ = escape(way.type)
        return End(
            way,
            self._way_name(way, False),
            f"{self.here}/nodes/new?after={node_id}&amp;way={type_}",
            f"change={node_id}.{type_}&amp;at={node_id}",
            way.type != "success" and way.source["node_type"] == "action",
            self._is_open(way),
        )

    def _way(self, line: WayLine) -> WayRow:
        way, connection = line.way, line.connection
        id_, source, is_first = escape(connection.id), escape(connection.source), way.connections[0] is connection
        return WayRow(
            way=way,
            id=id_,
            source=source,
            leads=line.leads,
            depth=line.depth,
            name=self._way_name(way, line.leads == "below"),
            guard=sentences.guard(connection.condition) if connection.condition else "",
            target=self._target(connection.target) if line.leads == "elsewhere" else None,
            add=f"{self.here}/nodes/new?on={id_}",
            change=f"change={source}.{escape(way.type)}&amp;at={source}",
            is_open=is_first and self._is_open(way),
            is_first=is_first,
            is_branch=len(way.connections) > 1,
        )

    def _way_name(self, way: Way, is_quiet: bool) -> Html:
        key = (way.source["node_type"], way.type, is_quiet)
        if is_quiet:
            hidden = Markup('<span class="visually-hidden">{}</span>')
            return self._once(key, lambda: hidden.format(label("connection_type", way.type)))
        return self._once(key, lambda: self._named(way))

    def _named(self, way: Way) -> Html:
        chip, hint = connection_chip(way.type), sentences.way_hint(way)
        return chip + Markup(' <span class="muted small">{}</span>').format(hint) if hint else chip

    def _target(self, node_id: str) -> Target:
        node = self.draft.graph.node(node_id)
        title = str(node["title"]).strip() or self._kind_name(node)
        return Target(escape(self.address(node_id)), self._number(node_id), escape(title))

    def address(self, node_id: str) -> str:
        """Of the node in the outline; of its part where there are several."""
        anchor = f"#node-{node_id}"
        return anchor if self._is_whole else f"{self.here}?at={node_id}{anchor}"

    def _is_open(self, way: Way) -> bool:
        return self.change == (way.source["id"], way.type)
