"""The versions of a workflow: the list of them, one to be read, two compared, one brought back into the draft."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ... import documents
from ...errors import Conflict, NotFound
from ...models.workflows import Workflow, WorkflowVersion
from ...services import restoring, workflows
from ...words import N_
from ..access import operator, permitted
from ..formats import format_number
from ..language import gettext
from .base import Draft, back, bp, revision_shown, stale
from .differences import Said
from .reading import Reading

DRAFT = "draft"
NUMBER = re.compile(r"\d{1,10}", re.ASCII)
ONE = "/<int:workflow_id>/versions/<int:number>"


@dataclass(frozen=True)
class Side:
    """One of two that are compared: `key` is a version's number or the word for the draft."""

    key: str
    version: WorkflowVersion | None
    document: dict[str, Any]


@bp.get("/<int:workflow_id>/history")
@permitted("viewer")
def history(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return render_template(
        "workflows/versions.html", draft=draft, workflow=draft.workflow, versions=workflows.versions(workflow_id)
    )


@bp.get(ONE)
@permitted("viewer")
def version(workflow_id: int, number: int) -> ResponseReturnValue:
    return _page(Draft.of(workflow_id), number)


def _page(draft: Draft, number: int, refusal: str = "") -> str:
    shown = _version(draft.workflow, str(number))
    return render_template(
        "workflows/version.html", draft=draft, workflow=draft.workflow, version=shown, refusal=refusal,
        reading=Reading(shown.document),
    )  # fmt: skip


def _version(workflow: Workflow, number: str) -> WorkflowVersion:
    known = workflows.version(workflow.id, int(number)) if NUMBER.fullmatch(number) else None
    if known is None:
        raise NotFound(N_("there is no such version"))
    return known


@bp.post(f"{ONE}/restore")
@permitted("operator")
def restore(workflow_id: int, number: int) -> ResponseReturnValue:
    """Brings the version into the draft; what is live goes on as it is."""
    draft = Draft.of(workflow_id)
    if _version(draft.workflow, str(number)).digest == documents.digest(draft.document):
        return back(workflow_id)
    try:
        restoring.restore(workflow_id, number, operator().actor, revision_shown())
    except Conflict:
        return _page(Draft.of(workflow_id), number, stale()), 409
    said = gettext("The draft is version %(number)s again. Undo brings back what it was.", number=format_number(number))
    flash(said, "success")
    return back(workflow_id)


@bp.get("/<int:workflow_id>/compare")
@permitted("viewer")
def compare(workflow_id: int) -> ResponseReturnValue:
    """`?old=` and `?new=` are numbers of versions, or the draft; by default what was published last, and the draft."""
    draft = Draft.of(workflow_id)
    versions = workflows.versions(workflow_id)
    if not versions:
        return redirect(url_for(".history", workflow_id=workflow_id), 303)
    old, new = _side(draft, request.args.get("old") or str(versions[0].number)), _side(draft, request.args.get("new"))
    return render_template(
        "workflows/compare.html", draft=draft, workflow=draft.workflow, versions=versions, old=old, new=new,
        said=Said(old.document, new.document),
    )  # fmt: skip


def _side(draft: Draft, key: str | None) -> Side:
    if (key or DRAFT) == DRAFT:
        return Side(DRAFT, None, dict(draft.document))
    known = _version(draft.workflow, str(key))
    return Side(str(known.number), known, known.document)
