"""Undo and redo of a draft's changes, and the list of them: who did what."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, render_template
from flask.typing import ResponseReturnValue

from ...errors import Conflict
from ...models.actors import Actor
from ...models.drafts import DraftChange, to_redo, to_undo
from ...models.workflows import Workflow
from ...services import draft_history
from ..access import operator, permitted
from ..language import gettext
from ..settings.words import ACTORS
from .base import Draft, back, bp, page, revision_shown, stale
from .node_labels import CHANGES, word


@bp.app_template_global()
def change_text(change: DraftChange) -> str:
    """What a change did, in words: "node changed: Greeting"."""
    done = word(CHANGES, change.action)
    return f"{done}: {change.about}" if change.about else done


@bp.app_template_global()
def change_author(change: DraftChange) -> str:
    return change.actor_label or word(ACTORS, change.actor_kind)


bp.add_app_template_global(to_undo)
bp.add_app_template_global(to_redo)


@bp.get("/<int:workflow_id>/changes")
@permitted("viewer")
def changes(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return render_template("workflows/changes.html", draft=draft, workflow=draft.workflow)


@bp.post("/<int:workflow_id>/undo")
@permitted("operator")
def undo(workflow_id: int) -> ResponseReturnValue:
    return _go(workflow_id, draft_history.undo, to_undo, gettext("Undone"))


@bp.post("/<int:workflow_id>/redo")
@permitted("operator")
def redo(workflow_id: int) -> ResponseReturnValue:
    return _go(workflow_id, draft_history.redo, to_redo, gettext("Redone"))


def _go(
    workflow_id: int, verb: Callable[[int, Actor, int], Workflow],
    choose: Callable[[list[DraftChange]], DraftChange | None], said: str,
) -> ResponseReturnValue:  # fmt: skip
    change = choose(Draft.of(workflow_id).changes)
    if change is None:
        return back(workflow_id)
    try:
        verb(workflow_id, operator().actor, revision_shown())
    except Conflict:
        return page(Draft.of(workflow_id), stale()), 409
    flash(f"{said}: {change_text(change)}", "success")
    return back(workflow_id)
