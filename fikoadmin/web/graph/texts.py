"""What stands on the nodes of a graph, in the reader's language. What several nodes share is made once a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from ...engine import kinds
from ...engine.graph import Graph
from ..assets import icon
from ..formats import PERSIAN_DIGITS
from ..labels import label
from ..language import gettext, page_language
from ..workflows import node_kinds
from .marks import Mark

Node = Mapping[str, Any]

_TILE = Markup('<span class="tile tile-%s">%s</span>')
_CHIP = Markup('<span class="chip%s">%s <span>%s</span></span>')


def init_app(app: Flask) -> None:
    """Gives every template `node_texts(graph)`."""
    app.jinja_env.globals["node_texts"] = NodeTexts


@dataclass(frozen=True, slots=True)
class NodeText:
    """HTML; `number` and `chips` are empty where the node has none."""

    tile: Markup
    type: str
    number: str
    title: Markup
    sentence: Markup
    chips: Markup


class NodeTexts:
    """The texts of the nodes of one graph, for one page."""

    def __init__(self, graph: Graph) -> None:
        self._graph, self._language = graph, page_language()
        self._digits = PERSIAN_DIGITS if self._language == "fa" else {}
        self.label = cache(label)
        self._name = cache(node_kinds.name)
        self._tile = cache(lambda look, name: _TILE % (look, icon(name)))
        self._off = cache(lambda: gettext("Switched off"))
        self._chip = cache(lambda text, name, look: _CHIP % (look and f" chip-{look}", icon(name), text))

    def of(self, node: Node, mark: Mark | None = None) -> NodeText:
        name = self.name(node)
        return NodeText(
            tile=self.tile(node),
            type=self.label("node_type", node["node_type"]),
            number=self.number(mark.number) if mark and mark.number is not None else "",
            title=escape(str(node["title"]).strip() or name),
            sentence=node_kinds.sentences_of(self._graph, self._language)[node["id"]] or escape(name),
            chips=self._chips(node, mark),
        )

    def name(self, node: Node) -> str:
        """Of its kind, as in "Send message"."""
        name: str = self._name(node["node_type"], kinds.kind(node))
        return name

    def tile(self, node: Node) -> Markup:
        tile: Markup = self._tile(node_kinds.look_of(node), node_kinds.of(node).icon)
        return tile

    def number(self, number: int) -> str:
        return str(number).translate(self._digits)

    def _chips(self, node: Node, mark: Mark | None) -> Markup:
        off = Markup() if node["is_active"] else self._chip(self._off(), "power", "")
        return off + self._chip(mark.text, mark.icon, mark.look) if mark and mark.text else off
