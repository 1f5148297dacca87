"""One's own account: password and language."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_user
from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import DataRequired, EqualTo

from ...errors import Invalid
from ...extensions import limiter
from ...services import accounts
from ..access import operator, permitted
from ..language import gettext, lazy_gettext
from .base import bp, length, refuse


class PasswordForm(FlaskForm):
    old_password = PasswordField(lazy_gettext("Present password"), [DataRequired(), length(1, 200)])
    password = PasswordField(lazy_gettext("New password"), [DataRequired(), length(*accounts.PASSWORD_LENGTH)])
    repeated = PasswordField(
        lazy_gettext("New password, once more"),
        [DataRequired(), EqualTo("password", lazy_gettext("The two new passwords are not the same."))],
    )


@bp.route("/account", methods=["GET", "POST"])
@permitted("viewer")
@limiter.limit("20 per minute", methods=["POST"])
def account() -> ResponseReturnValue:
    form = PasswordForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.is_submitted() else 200
    try:
        person = accounts.change_password(operator().id, form.old_password.data, form.password.data)
    except Invalid as problem:
        refuse(form, problem)
        return _page(form), 422
    login_user(person)  # it was signed out everywhere; here it goes on
    flash(gettext("Your password is changed. Elsewhere you have been signed out."), "success")
    return redirect(url_for("settings.account"), 303)


def _page(form: FlaskForm) -> str:
    return render_template("settings/account.html", form=form)
