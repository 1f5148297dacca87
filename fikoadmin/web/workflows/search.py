"""Find a node of a draft by what it is called or what it says it does."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from ...engine.text import normalise
from ..access import permitted
from . import node_kinds
from .base import Draft, back, bp

SHOWN = 50


@bp.get("/<int:workflow_id>/find")
@permitted("viewer")
def find(workflow_id: int) -> ResponseReturnValue:
    """The nodes that fit; to the only one at once."""
    draft, wanted = Draft.of(workflow_id), request.args.get("q", "").strip()
    fitting = [node_id for node_id in draft.outline.numbers if wanted and _fits(draft.node(node_id), wanted)]
    if len(fitting) == 1:
        return back(workflow_id, fitting[0])
    fitting.sort(key=draft.outline.numbers.__getitem__)
    shown = {"nodes": fitting[:SHOWN], "more": max(len(fitting) - SHOWN, 0)}
    return render_template("workflows/find.html", draft=draft, workflow=draft.workflow, wanted=wanted, **shown)


def _fits(node: node_kinds.Node, wanted: str) -> bool:
    texts = (node_kinds.title_of(node), node_kinds.name_of(node), node_kinds.of(node).sentence(node).striptags())
    return any(normalise(wanted) in normalise(text) for text in texts)
