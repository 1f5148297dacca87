"""Who may sign in, and as what."""

from __future__ import annotations

import secrets

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from ...destinations import DEPARTMENTS
from ...errors import Invalid, NotFound
from ...models.accounts import ADMINISTRATOR, Operator
from ...services import accounts
from ..access import operator, permitted
from ..labels import ROLES, destination_label
from ..language import gettext, lazy_gettext
from .base import ROW, bp, length, refuse, stripped, words_of
from .words import LANGUAGE_NAMES

PASSWORD_BYTES = 12
BROWSER = "browser"


def _departments() -> dict[str, str]:
    return {value: destination_label(value) for value in DEPARTMENTS}


def _languages() -> dict[str, str]:
    return {BROWSER: str(gettext("As the browser asks")), **LANGUAGE_NAMES}


class RightsForm(FlaskForm):
    role = SelectField(lazy_gettext("Role"), [InputRequired()], choices=words_of(ROLES))
    department = SelectField(lazy_gettext("Department"), [InputRequired()], choices=_departments)


class NewOperatorForm(RightsForm):
    name = StringField(lazy_gettext("Name"), [DataRequired(), length(1, 200)], filters=[stripped])
    email = StringField(lazy_gettext("E-mail"), [DataRequired(), length(1, 254)], filters=[stripped])
    locale = SelectField(lazy_gettext("Language"), [InputRequired()], choices=_languages)


class OperatorForm(RightsForm):
    is_enabled = BooleanField(lazy_gettext("May sign in"))


@bp.get("/operators")
@permitted(ADMINISTRATOR)
def operators() -> ResponseReturnValue:
    return render_template("settings/operators.html", operators=Operator.by_name())


@bp.route("/operators/new", methods=["GET", "POST"])
@permitted(ADMINISTRATOR)
def new_operator() -> ResponseReturnValue:
    form = NewOperatorForm(data={"role": "operator"})
    if not form.validate_on_submit():
        return render_template("settings/new_operator.html", form=form), 422 if form.is_submitted() else 200
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    try:
        person = accounts.create_operator(
            form.email.data, form.name.data, form.role.data, form.department.data, password, operator().actor,
            form.locale.data.replace(BROWSER, ""),
        )  # fmt: skip
    except Invalid as problem:
        refuse(form, problem)
        return render_template("settings/new_operator.html", form=form), 422
    # In the answer to the form itself, and nowhere else: a redirect would have to keep the password somewhere.
    return render_template("settings/operator_added.html", person=person, password=password), 201


@bp.route(f"/operators/{ROW}", methods=["GET", "POST"])
@permitted(ADMINISTRATOR)
def change_operator(row_id: int) -> ResponseReturnValue:
    person = Operator.by_id(row_id)
    if person is None:
        raise NotFound(gettext("There is no such operator."))
    form = OperatorForm(obj=person)
    if not form.validate_on_submit():
        return _operator_page(form, person), 422 if form.is_submitted() else 200
    rights = (form.role.data, form.department.data, form.is_enabled.data)
    try:
        accounts.change_operator(row_id, *rights, operator().actor)
    except Invalid as problem:
        refuse(form, problem)
        return _operator_page(form, person), 422
    flash(gettext("%(name)s is saved.", name=person.name), "success")
    return redirect(url_for("settings.operators"), 303)


def _operator_page(form: FlaskForm, person: Operator) -> str:
    return render_template("settings/operator.html", form=form, person=person)
