"""Tidy up: the nodes' places on the drawing, laid out anew."""

from __future__ import annotations

from flask import flash
from flask.typing import ResponseReturnValue

from ...services import drafts
from ..access import operator, permitted
from ..graph.places import placed
from ..language import gettext
from .base import Draft, bp, edit


@bp.post("/<int:workflow_id>/tidy")
@permitted("operator")
def tidy(workflow_id: int) -> ResponseReturnValue:
    person = operator().actor
    # The layout goes as one reads; the document keeps x and y whatever the reader's direction.
    corners = placed(Draft.of(workflow_id).graph, tidy=True, downwards=False).corners
    answer = edit(workflow_id, "", lambda revision: drafts.arrange(workflow_id, corners, person, revision))
    if not isinstance(answer, tuple):
        flash(gettext("Tidied up: the drawing is laid out anew."), "success")
    return answer
