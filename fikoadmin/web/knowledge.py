"""The knowledge base: what the built-in assistant answers from, tried before a customer asks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import ValidationError

from ..errors import Conflict, Invalid, NotFound
from ..models.knowledge import KnowledgeItem
from ..models.settings import LANGUAGES
from ..services import knowledge
from ..services.knowledge_csv import ANSWER_LENGTH, QUESTION_LENGTH, SIZE, Flaw, NotImported, tags_fit, tags_of
from .access import operator, permitted
from .conversations.forms import Fits, Written
from .formats import format_number
from .language import gettext, lazy_gettext, ngettext, page_language
from .refused import refusal
from .settings.base import stripped
from .settings.words import LANGUAGE_NAMES

bp = Blueprint("knowledge", __name__, url_prefix="/knowledge")

ROW = "<int(max=9223372036854775807):item_id>"
ASKED_LENGTH = 1_000
TAGS_LENGTH = 2_000


class Tags:
    """Refuses tags that are too many or too long."""

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        if not tags_fit(tags_of(field.data)):
            raise ValidationError(gettext(knowledge.BAD_TAGS))


class EntryForm(FlaskForm):
    question = StringField(lazy_gettext("Question"), [Written(), Fits(QUESTION_LENGTH)], filters=[stripped])
    answer = TextAreaField(lazy_gettext("Answer"), [Written(), Fits(ANSWER_LENGTH)], filters=[stripped])
    language = SelectField(lazy_gettext("Language"), choices=LANGUAGE_NAMES)
    tags = StringField(lazy_gettext("Tags"), [Fits(TAGS_LENGTH), Tags()], filters=[stripped])

    def values(self) -> tuple[str, str, str, tuple[str, ...]]:
        """As the services take them."""
        return self.question.data or "", self.answer.data or "", self.language.data, tags_of(self.tags.data or "")


class ImportForm(FlaskForm):
    file = FileField(lazy_gettext("File"))


class DeleteForm(FlaskForm):
    """A button that says everything."""


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"language_names": LANGUAGE_NAMES}


# -- the list ------------------------------------------------------------------------------------------------------


@bp.get("")
@permitted("viewer")
def index() -> ResponseReturnValue:
    text, language = request.args.get("q", "").strip(), request.args.get("language", "")
    page = KnowledgeItem.listed(text, language if language in LANGUAGES else None, request.args.get("after") or None)
    return render_template("knowledge/index.html", page=page, is_filtered=bool(text or language))


@bp.get("/ask")
@permitted("viewer")
def ask() -> ResponseReturnValue:
    """What the assistant would say to that, and why; the address holds the question, so it can be passed on."""
    text = request.args.get("q", "").strip()[:ASKED_LENGTH]
    language = request.args.get("language", "")
    language = language if language in LANGUAGES else page_language()
    asked = knowledge.ask(text, language) if text else None
    return render_template("knowledge/ask.html", text=text, language=language, asked=asked)


# -- one entry -----------------------------------------------------------------------------------------------------


@bp.route("/new", methods=["GET", "POST"])
@permitted("operator")
def new() -> ResponseReturnValue:
    form = EntryForm(data={"language": page_language(), "question": request.args.get("question", "")})
    if form.validate_on_submit():
        try:
            knowledge.add(*form.values(), operator().actor)
        except Invalid as refused:
            _refuse(form, refused)
        else:
            flash(gettext("The assistant knows it from now on."), "success")
            return redirect(url_for(".index"), 303)
    return render_template("knowledge/new.html", form=form), 422 if form.is_submitted() else 200


@bp.route(f"/{ROW}", methods=["GET", "POST"])
@permitted("operator")
def change(item_id: int) -> ResponseReturnValue:
    item = _found(item_id)
    form = EntryForm(data=item.as_data() | {"tags": ", ".join(item.tags)})
    if not form.validate_on_submit():
        return _entry_page(form, item, request.form.get("version", item.version)), 422 if form.is_submitted() else 200
    try:
        knowledge.change(item_id, request.form.get("version", ""), *form.values(), operator().actor)
    except Conflict as conflict:
        # Both texts are on the page, and the next save is made on the one that is there now (P22).
        theirs = conflict.members["item"]
        return _entry_page(form, theirs, theirs.version, theirs), 409
    except Invalid as refused:
        _refuse(form, refused)
        return _entry_page(form, item, request.form.get("version", "")), 422
    flash(gettext("Saved."), "success")
    return redirect(url_for(".index"), 303)


@bp.route(f"/{ROW}/delete", methods=["GET", "POST"])
@permitted("operator")
def delete(item_id: int) -> ResponseReturnValue:
    form = DeleteForm()
    if not form.validate_on_submit():
        return render_template("knowledge/delete.html", item=_found(item_id), form=form)
    gone = knowledge.delete(item_id, operator().actor)
    flash(gettext("“%(question)s” is deleted.", question=gone.question), "success")
    return redirect(url_for(".index"), 303)


def _found(item_id: int) -> KnowledgeItem:
    item = KnowledgeItem.by_id(item_id)
    if item is None:
        raise NotFound(gettext("There is no such entry."))
    return item


def _entry_page(form: FlaskForm, item: KnowledgeItem, version: str, theirs: KnowledgeItem | None = None) -> str:
    return render_template("knowledge/change.html", form=form, item=item, version=version, theirs=theirs)


def _refuse(form: FlaskForm, refused: Invalid) -> None:
    form[refused.field].errors = [refusal(refused)]


# -- as a table ----------------------------------------------------------------------------------------------------


@bp.get("/export.csv")
@permitted("viewer")
def export() -> ResponseReturnValue:
    headers = {"Content-Disposition": "attachment; filename=knowledge.csv"}
    return Response(knowledge.export_csv(), mimetype="text/csv", headers=headers)


@bp.route("/import", methods=["GET", "POST"])
@permitted("operator")
def import_file() -> ResponseReturnValue:
    form = ImportForm()
    flaws: list[str] = []
    more = 0
    if form.validate_on_submit():
        try:
            if not form.file.data:
                raise Invalid("file", gettext("Choose a file."))
            _tell(knowledge.import_csv(form.file.data.read(SIZE + 1), operator().actor))
            return redirect(url_for(".index"), 303)
        except NotImported as refused:
            flaws, more = [_flaw_text(flaw) for flaw in refused.flaws], refused.more
            form.file.errors = [gettext("Nothing was imported. Correct these lines and choose the file again.")]
        except Invalid as refused:
            form.file.errors = [refusal(refused)]
    shown = render_template("knowledge/import.html", form=form, flaws=flaws, more=more)
    return shown, 422 if form.is_submitted() else 200


def _flaw_text(flaw: Flaw) -> str:
    values = {name: format_number(value) if isinstance(value, int) else value for name, value in flaw.values.items()}
    text = str(gettext(flaw.message, **values))
    return str(gettext("Line %(line)s: %(text)s", line=format_number(flaw.line), text=text)) if flaw.line else text


def _tell(done: knowledge.Imported) -> None:
    counts = {"added": done.added, "changed": done.changed, "known": done.known}
    numbers = {name: format_number(count) for name, count in counts.items()}
    text = ngettext("%(added)s entry added", "%(added)s entries added", done.added, **numbers)
    rest = gettext("%(changed)s changed, %(known)s known already.", **numbers)
    flash(f"{text}{'،' if page_language() == 'fa' else ','} {rest}", "success")
