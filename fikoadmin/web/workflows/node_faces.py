"""What a page shows of a node by itself, in a line or in a drawing: what it is called, its tile, its sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup, escape

from ...engine.graph import Graph, Node
from ..assets import icon
from ..labels import label
from . import node_kinds

_TILE = Markup('<span class="tile tile-%s">%s</span>')


@dataclass(frozen=True, slots=True)
class Face:
    """`name` is its kind's, as in "Send message"; `look` and `icon` are those of its tile."""

    id: Markup
    type: Markup
    name: Markup
    title: Markup
    sentence: Markup
    look: str
    icon: str


@lru_cache(maxsize=64)
def faces_of(graph: Graph, _language: str) -> Mapping[str, Face]:
    """Of each of its nodes by their ids, in the reader's language; a graph is never changed."""
    return {node_id: _face(node) for node_id, node in graph.nodes.items()}


def _face(node: Node) -> Face:
    kind = node_kinds.of(node)
    return Face(
        id=escape(node["id"]),
        type=escape(label("node_type", node["node_type"])),
        name=escape(node_kinds.name_of(node)),
        title=escape(node_kinds.title_of(node)),
        sentence=kind.sentence(node),
        look=node_kinds.look_of(node),
        icon=kind.icon,
    )


def tile(look: str, icon_name: str) -> Markup:
    """The icon of a node's kind on its colour."""
    return _TILE % (look, icon(icon_name))
