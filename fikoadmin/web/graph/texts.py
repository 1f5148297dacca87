"""What stands on the nodes of a graph, in the reader's language. What several nodes share is made once a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Flask
from markupsafe import Markup

from ...engine import kinds
from ...engine.graph import Graph
from ..assets import icon
from ..formats import PERSIAN_DIGITS
from ..labels import label
from ..language import gettext, page_language
from ..workflows import node_kinds
from ..workflows.node_faces import faces_of, tile
from .drawing import Box
from .marks import Mark

Node = Mapping[str, Any]

_CHIP = Markup('<span class="chip%s">%s <span>%s</span></span>')


def init_app(app: Flask) -> None:
    """Gives every template `node_texts(graph)`."""
    app.jinja_env.globals["node_texts"] = NodeTexts


@dataclass(slots=True)
class NodeText:
    """What the node has not is empty, `look` its classes."""

    id: Markup
    look: str
    href: str
    tile: Markup
    type: Markup
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
        self._tile = cache(tile)
        self._off = cache(lambda: gettext("Switched off"))
        self._chip = cache(lambda text, name, look: _CHIP % (look and f" chip-{look}", icon(name), text))

    def of(self, box: Box) -> NodeText:
        mark, face = box.mark, faces_of(self._graph, self._language)[box.node["id"]]
        return NodeText(
            id=face.id,
            look=_look(box),
            href=box.href or "",
            tile=self._tile(face.look, face.icon),
            type=face.type,
            number=self.number(mark.number) if mark and mark.number is not None else "",
            title=face.title,
            sentence=face.sentence or face.name,
            chips=self._chips(box.node, mark),
        )

    def name(self, node: Node) -> str:
        """Of its kind, as in "Send message"."""
        name: str = self._name(node["node_type"], kinds.kind(node))
        return name

    def tile(self, node: Node) -> Markup:
        return self._tile(node_kinds.look_of(node), node_kinds.of(node).icon)

    def number(self, number: int) -> str:
        return str(number).translate(self._digits)

    def _chips(self, node: Node, mark: Mark | None) -> Markup:
        off = Markup() if node["is_active"] else self._chip(self._off(), "power", "")
        return off + self._chip(mark.text, mark.icon, mark.look) if mark and mark.text else off


def _look(box: Box) -> str:
    off, aside = " is-off" * (not box.node["is_active"]), " is-aside" * box.is_aside
    return f"{off}{aside} mark-{box.mark.look}" if box.mark and box.mark.look else off + aside
