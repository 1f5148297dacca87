"""Templates: ready workflows in the reader's language, each to be looked at before a draft is made of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import documents
from ...documents import ready
from ...errors import NotFound
from ...services import workflows
from ...words import N_
from ..access import operator, permitted
from ..language import gettext, page_language
from .base import bp
from .reading import Reading

ONE = "/templates/<key>"


@dataclass(frozen=True)
class Template:
    """One of the ready workflows, read by the strict importer."""

    key: str

    @cached_property
    def read(self) -> documents.Document:
        return documents.read_value(ready.template(self.key, page_language()))

    @property
    def name(self) -> str:
        return self.read.name

    @property
    def description(self) -> str:
        return self.read.description

    @cached_property
    def reading(self) -> Reading:
        return Reading(self.read.bare())

    @property
    def count(self) -> int:
        return len(self.read.nodes)


def _template(key: str) -> Template:
    if key not in ready.KEYS:
        raise NotFound(N_("there is no such template"))
    return Template(key)


@bp.get("/templates")
@permitted("viewer")
def templates() -> ResponseReturnValue:
    return render_template("workflows/templates.html", templates=[Template(key) for key in ready.KEYS])


@bp.get(ONE)
@permitted("viewer")
def template(key: str) -> ResponseReturnValue:
    return render_template("workflows/template.html", template=_template(key))


@bp.post(ONE)
@permitted("operator")
def use_template(key: str) -> ResponseReturnValue:
    """Makes a draft of it, as an import does."""
    workflow, warnings = workflows.import_read(_template(key).read, operator().actor)
    flash(gettext("A draft was made of the template. Change what you like, test it, then publish it."), "success")
    if warnings:
        flash(gettext("The same content was imported before; this is one more copy of it."), "warning")
    return redirect(url_for(".show", workflow_id=workflow.id), 303)
