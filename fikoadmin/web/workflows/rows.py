"""The lines of an outline as a page shows them: every text is HTML already, escaped once where it is made.

A page has up to a hundred nodes: whatever many lines share is looked up here and not on every line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from markupsafe import Markup, escape

from ..chips import connection_chip
from ..formats import format_number
from ..labels import label
from ..language import page_language
from . import sentences
from .addresses import workflow_url
from .node_faces import faces_of, tile
from .outline import Line, NodeLine, Way, WayLine

if TYPE_CHECKING:
    from .base import Draft

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
        self.here = workflow_url("show", draft.workflow.id)
        self._is_whole = draft.is_whole
        self._language = page_language()
        self._faces = faces_of(draft.graph, self._language)
        self._tile = cache(tile)
        self._way_name = cache(_way_name)

    def of(self, lines: Iterable[Line]) -> list[Row]:
        return [self._node(line) if isinstance(line, NodeLine) else self._way(line) for line in lines]

    def _node(self, line: NodeLine) -> NodeRow:
        face = self._faces[line.node["id"]]
        return NodeRow(
            id=face.id,
            url=f"{self.here}/nodes/{face.id}",
            depth=line.depth,
            number=self._number(line.node["id"]),
            title=face.title,
            name=face.name if face.title != face.name else "",
            tile=self._tile(face.look, face.icon),
            sentence=face.sentence,
            findings=[escape(self.finding_text(finding)) for finding in self.draft.findings_of(line.node["id"])],
            is_active=line.node["is_active"],
            ends=[self._end(way, face.id) for way in line.ends],
        )

    def _number(self, node_id: str) -> Html:
        number = self.draft.outline.numbers[node_id]
        return f"{number:,}" if self._language == "en" else format_number(number)

    def _end(self, way: Way, node_id: Html) -> End:
        type_ = escape(way.type)
        return End(
            way,
            self._way_name(way.source["node_type"], way.type, False),
            f"{self.here}/nodes/new?after={node_id}&amp;way={type_}",
            f"change={node_id}.{type_}&amp;at={node_id}",
            way.type != "success" and way.source["node_type"] == "action",
            self._is_open(way),
        )

    def _way(self, line: WayLine) -> WayRow:
        way, connection = line.way, line.connection
        id_, source = escape(connection.id), self._faces[connection.source].id
        is_first = way.connections[0] is connection
        return WayRow(
            way=way,
            id=id_,
            source=source,
            leads=line.leads,
            depth=line.depth,
            name=self._way_name(way.source["node_type"], way.type, line.leads == "below"),
            guard=sentences.guard(connection.condition) if connection.condition else "",
            target=self._target(connection.target) if line.leads == "elsewhere" else None,
            add=f"{self.here}/nodes/new?on={id_}",
            change=f"change={source}.{escape(way.type)}&amp;at={source}",
            is_open=is_first and self._is_open(way),
            is_first=is_first,
            is_branch=len(way.connections) > 1,
        )

    def _target(self, node_id: str) -> Target:
        return Target(escape(self.address(node_id)), self._number(node_id), self._faces[node_id].title)

    def address(self, node_id: str) -> str:
        """Of the node in the outline; of its part where there are several."""
        anchor = f"#node-{node_id}"
        return anchor if self._is_whole else f"{self.here}?at={node_id}{anchor}"

    def _is_open(self, way: Way) -> bool:
        return self.change == (way.source["id"], way.type)


def _way_name(node_type: str, type_: str, is_quiet: bool) -> Html:
    """Of a way out of such a node; a quiet one is there for screen readers."""
    if is_quiet:
        return Markup('<span class="visually-hidden">{}</span>').format(label("connection_type", type_))
    chip, hint = connection_chip(type_), sentences.way_hint(node_type, type_)
    return chip + Markup(' <span class="muted small">{}</span>').format(hint) if hint else chip
