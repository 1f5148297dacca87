"""Keys to the HTTP API."""

from __future__ import annotations

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, InputRequired

from ...clock import now
from ...errors import Invalid
from ...models.accounts import ADMINISTRATOR, ApiToken
from ...services import accounts
from ..access import operator, permitted
from ..formats import format_duration
from ..language import gettext, lazy_gettext
from .base import ROW, bp, length, refuse, stripped, words_of
from .words import SCOPES, word

FOR_EVER = "0"
DAYS = (30, 90, 365)


def _lengths() -> dict[str, str]:
    lengths = {str(days): format_duration(timedelta(days=days)) for days in DAYS}
    return {FOR_EVER: str(gettext("As long as it is not revoked")), **lengths}


class TokenForm(FlaskForm):
    name = StringField(lazy_gettext("Name"), [DataRequired(), length(1, 200)], filters=[stripped])
    scope = SelectField(lazy_gettext("May do"), [InputRequired()], choices=words_of(SCOPES))
    days = SelectField(lazy_gettext("Good for"), [InputRequired()], choices=_lengths)


@bp.get("/tokens")
@permitted(ADMINISTRATOR)
def tokens() -> ResponseReturnValue:
    return render_template("settings/tokens.html", tokens=ApiToken.newest_first(), scope_word=_scope_word)


def _scope_word(scope: str) -> str:
    return word(SCOPES, scope)


@bp.route("/tokens/new", methods=["GET", "POST"])
@permitted(ADMINISTRATOR)
def new_token() -> ResponseReturnValue:
    form = TokenForm()
    if not form.validate_on_submit():
        return render_template("settings/new_token.html", form=form), 422 if form.is_submitted() else 200
    expires_at = now() + timedelta(days=int(form.days.data)) if form.days.data != FOR_EVER else None
    try:
        token, text = accounts.create_token(form.name.data, operator().actor, form.scope.data, expires_at)
    except Invalid as problem:
        refuse(form, problem)
        return render_template("settings/new_token.html", form=form), 422
    return render_template("settings/token_created.html", token=token, text=text), 201


@bp.post(f"/tokens/{ROW}/revoke")
@permitted(ADMINISTRATOR)
def revoke_token(row_id: int) -> ResponseReturnValue:
    token = accounts.revoke_token(row_id, operator().actor)
    flash(gettext("The token %(name)s opens nothing any more.", name=token.name), "success")
    return redirect(url_for("settings.tokens"), 303)
