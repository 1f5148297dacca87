"""Nodes out as JSON text, and in again: within a workflow, between workflows, between installations."""

from __future__ import annotations

from flask import flash, render_template, request
from flask.typing import ResponseReturnValue

from ...documents.strict import SIZE
from ...errors import Conflict, Invalid
from ...services import pasting
from ..access import operator, permitted
from ..formats import format_number
from ..language import gettext, lazy_gettext, ngettext
from ..refused import refusal, refusal_at
from . import spots
from .base import Draft, back, bp, revision_shown, stale
from .node_fields import LongText
from .node_forms import PlainForm

HELP = lazy_gettext("What Copy gave you, here or in another workflow. A whole exported workflow works too.")


class PasteForm(PlainForm):
    text = LongText(lazy_gettext("Nodes as JSON"), SIZE, description=HELP)


@bp.get("/<int:workflow_id>/copy")
@permitted("viewer")
def copy(workflow_id: int) -> ResponseReturnValue:
    """Which nodes, and their text."""
    draft = Draft.of(workflow_id)
    chosen = [node_id for node_id in request.args.getlist("node") if node_id in draft.graph.nodes]
    text = pasting.copied(draft.document, chosen) if chosen else ""
    return render_template("workflows/copy.html", draft=draft, workflow=draft.workflow, chosen=chosen, text=text)


@bp.get("/<int:workflow_id>/paste")
@permitted("operator")
def paste_form(workflow_id: int) -> ResponseReturnValue:
    return _page(Draft.of(workflow_id), PasteForm(formdata=None))


@bp.post("/<int:workflow_id>/paste")
@permitted("operator")
def paste(workflow_id: int) -> ResponseReturnValue:
    draft, form = Draft.of(workflow_id), PasteForm()
    if not form.validate():
        return _page(draft, form, status=422)
    text, person = form.text.data or "", operator().actor
    try:
        spot = spots.chosen(draft)
        made = pasting.paste(workflow_id, text, person, spot.after, revision_shown(), spot.on)
    except Invalid as error:
        form.text.errors = [refusal(error) if error.field in ("nodes", "node_type") else refusal_at(error)]
        return _page(draft, form, status=422)
    except Conflict:
        return _page(Draft.of(workflow_id), form, f"{stale()} {gettext('What you typed is still below.')}", 409)
    count = len(made)
    flash(ngettext("%(count)s node pasted.", "%(count)s nodes pasted.", count, count=format_number(count)), "success")
    return back(workflow_id, made[0])


def _page(draft: Draft, form: PasteForm, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    spot, after = spots.shown(draft)
    shown = {"draft": draft, "workflow": draft.workflow, "form": form, "spot": spot, "after": after}
    return render_template("workflows/paste.html", refusal=refusal, **shown), status
