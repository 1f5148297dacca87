"""The list of workflows in the operators' order, and how a workflow comes into it."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from werkzeug.wrappers import Response
from wtforms.validators import InputRequired

from ... import documents
from ...documents.strict import SIZE
from ...errors import Invalid
from ...models import pages
from ...models.workflows import Workflow
from ...services import workflows
from ..access import operator, permitted
from ..language import gettext, lazy_gettext
from ..refused import refusal_at
from .base import bp, finding_text
from .node_fields import LongText, Text

ECHOED = 300_000
"""An uploaded file up to that many characters is shown again where it is refused, to be mended."""


class NewForm(FlaskForm):
    name = Text(lazy_gettext("Name"), workflows.NAME_LENGTH, validators=[InputRequired()])


class ImportForm(FlaskForm):
    file = FileField(lazy_gettext("File"))
    document = LongText(lazy_gettext("Or its text"), SIZE)
    name = Text(lazy_gettext("Name"), workflows.NAME_LENGTH)


@bp.get("")
@permitted("viewer")
def index() -> ResponseReturnValue:
    return render_template("workflows/index.html", page=_chosen(), live_url=url_for("live.stream", topic="workflows"))


@bp.get("/rows")
@permitted("viewer")
def rows() -> ResponseReturnValue:
    return render_template("workflows/_rows.html", page=_chosen())


def _chosen() -> pages.Page[Workflow]:
    return pages.workflows(after=request.args.get("after") or None)


@bp.post("/<int:workflow_id>/move")
@permitted("operator")
def move(workflow_id: int) -> ResponseReturnValue:
    """Up or down, from the place that the page showed: sent twice, it moves once."""
    shown = request.form.get("order", -1, type=int)
    workflows.move(workflow_id, request.form.get("direction") == "up", operator().actor, shown)
    return redirect(url_for(".index", after=request.args.get("after")), 303)


@bp.get("/new")
@permitted("operator")
def new() -> ResponseReturnValue:
    return render_template("workflows/new.html", form=NewForm(formdata=None))


@bp.post("/new")
@permitted("operator")
def create() -> ResponseReturnValue:
    form = NewForm()
    if form.validate():
        try:
            return _to(workflows.create(form.name.data, operator().actor))
        except Invalid:
            form.name.errors = [gettext("Write a name.")]
    return render_template("workflows/new.html", form=form), 422


@bp.get("/import")
@permitted("operator")
def import_form() -> ResponseReturnValue:
    return render_template("workflows/import.html", form=ImportForm(formdata=None))


@bp.post("/import")
@permitted("operator")
def import_document() -> ResponseReturnValue:
    form = ImportForm()
    if form.validate():
        try:
            return _import(_sent(form), (form.name.data or "").strip())
        except Invalid as error:
            _refuse(form, error)
    return render_template("workflows/import.html", form=form), 422


def _sent(form: ImportForm) -> bytes | str:
    """The uploaded file, else the pasted text."""
    if form.file.data:
        raw: bytes = form.file.data.read(SIZE + 1)
        if len(raw) <= ECHOED:
            form.document.raw_data = [raw.decode("utf-8-sig", "replace")]
        return raw
    text: str = form.document.data or ""
    if not text.strip():
        raise Invalid("document", gettext("Choose a file, or paste its text."))
    return text


def _import(raw: bytes | str, name: str) -> Response:
    document = documents.read(raw, name=name or None)
    workflow, warnings = workflows.import_read(document, operator().actor)
    flash(gettext("Imported as a draft. Look at it, test it, then publish it: nothing starts it before."), "success")
    for warning in document.warnings:
        flash(finding_text(warning), "warning")
    if len(warnings) > len(document.warnings):
        flash(gettext("The same content was imported before; this is one more copy of it."), "warning")
    return _to(workflow)


def _refuse(form: ImportForm, error: Invalid) -> None:
    part: Any = form.name if error.field == "name" and form.name.data else form.document
    part.errors = [refusal_at(error)]


def _to(workflow: Workflow) -> Response:
    return redirect(url_for(".show", workflow_id=workflow.id), 303)
