"""Publish, pause and archive: what changes by it, and what becomes of the executions that are still open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from ...errors import Conflict
from ...models import found
from ...models.workflows import Workflow
from ...services import executions, workflows
from ..access import operator, permitted
from ..language import gettext, lazy_gettext
from .base import Draft, back, bp, page, revision_shown, stale
from .differences import Said
from .effects import lacks_model, no_model
from .node_fields import LongText
from .node_forms import PlainForm

NOTE_LENGTH = 2_000
STOP, FINISH = "stop", "finish"


class PublishForm(PlainForm):
    note = LongText(lazy_gettext("What changed, and why"), NOTE_LENGTH)


@dataclass(frozen=True)
class Publishing:
    """A draft beside the version that was published last."""

    draft: Draft

    @property
    def workflow(self) -> Workflow:
        return self.draft.workflow

    @cached_property
    def said(self) -> Said | None:
        """The difference; None where there is none, or nothing to compare with."""
        version = self.workflow.live_version
        if version is None or not self.draft.differs:
            return None
        return Said(version.document, self.draft.document)

    @property
    def is_needed(self) -> bool:
        return not self.workflow.is_live or self.draft.differs

    @cached_property
    def open_executions(self) -> int:
        """How many would be on older versions afterwards."""
        kept = None if self.draft.differs else self.workflow.live_version_id
        return executions.open_on_other_versions(self.workflow.id, kept)


@bp.get("/<int:workflow_id>/publish")
@permitted("viewer")
def publish(workflow_id: int) -> ResponseReturnValue:
    return _page(workflow_id, PublishForm(formdata=None))


def _page(workflow_id: int, form: PublishForm, refusal: str = "") -> str:
    shown = Publishing(Draft.of(workflow_id))
    return render_template(
        "workflows/publish.html",
        shown=shown,
        draft=shown.draft,
        workflow=shown.workflow,
        form=form,
        refusal=refusal,
        chosen=_chosen(),
    )


@bp.post("/<int:workflow_id>/activate")
@permitted("operator")
def activate(workflow_id: int) -> ResponseReturnValue:
    """Publishes the draft where it differs; the form of the page of the workflow sends neither note nor choice."""
    form = PublishForm()
    if not form.validate():
        return _page(workflow_id, form), 422
    note, stops = (form.note.data or "").strip(), _chosen() == STOP
    try:
        workflows.activate(workflow_id, operator().actor, revision_shown(), note=note, stop_older=stops)
    except Conflict as conflict:
        refusal = gettext("It cannot be published yet. What has to be done is listed under Check.")
        return _page(workflow_id, form, refusal if "findings" in conflict.members else stale()), 409
    flash(_is_live(), "success")
    if any(map(lacks_model, Draft.of(workflow_id).graph.nodes.values())):
        flash(no_model(), "warning")
    return back(workflow_id)


def _is_live() -> Markup:
    """What to do next stands beside it."""
    said = Markup(gettext("The workflow is active: events start it from now on."))
    links = {
        gettext("Try it as a customer"): url_for("trying.index"),
        gettext("Run it on a conversation"): url_for("conversations.index"),
    }
    return said + Markup(" ·").join(Markup(' <a href="{}">{}</a>').format(link, text) for text, link in links.items())


def _chosen() -> str:
    return request.form.get("executions", "")


@bp.post("/<int:workflow_id>/pause")
@permitted("operator")
def pause(workflow_id: int) -> ResponseReturnValue:
    return _stop(workflow_id, workflows.pause, "pause", gettext("Paused: nothing starts it."))


@bp.post("/<int:workflow_id>/archive")
@permitted("operator")
def archive(workflow_id: int) -> ResponseReturnValue:
    return _stop(workflow_id, workflows.archive, "archive", gettext("Archived. Activate it to have it back."))


@bp.get("/<int:workflow_id>/stop")
@permitted("operator")
def stop(workflow_id: int) -> ResponseReturnValue:
    """Asks what shall become of the executions that are open; `?verb=archive` or pause."""
    workflow = found.workflow(workflow_id)
    verb = "archive" if request.args.get("verb") == "archive" else "pause"
    return render_template(
        "workflows/stop.html", workflow=workflow, verb=verb, open_executions_count=_open_of(workflow_id)
    )


def _open_of(workflow_id: int) -> int:
    """How many of its executions are open, whatever their version."""
    return executions.open_on_other_versions(workflow_id, None)


def _stop(workflow_id: int, verb: Callable[..., Workflow], name: str, said: str) -> ResponseReturnValue:
    """Where executions are open and nobody has said what shall become of them, that is asked first."""
    if _chosen() not in (STOP, FINISH) and _open_of(workflow_id):
        return redirect(url_for(".stop", workflow_id=workflow_id, verb=name), 303)
    try:
        verb(workflow_id, operator().actor, stop_open=_chosen() == STOP)
    except Conflict:
        return page(Draft.of(workflow_id), gettext("Only an active workflow can be paused.")), 409
    flash(said, "success")
    return back(workflow_id)
