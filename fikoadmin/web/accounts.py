"""Signing in and out, and the language of one's pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, current_app, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, Length

from ..extensions import limiter
from ..models.settings import LANGUAGES
from ..services import accounts
from .access import operator
from .language import gettext, lazy_gettext

bp = Blueprint("accounts", __name__)


class SignInForm(FlaskForm):
    email = StringField(lazy_gettext("E-mail"), validators=[DataRequired(), Length(max=254)])
    password = PasswordField(lazy_gettext("Password"), validators=[DataRequired(), Length(max=200)])


@bp.route("/sign-in", methods=["GET", "POST"])
@limiter.limit("20 per minute", methods=["POST"])
def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(url_for("dashboard.index"), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("accounts/sign_in.html", form=form), 422 if form.is_submitted() else 200
    person = accounts.sign_in(form.email.data, form.password.data)
    if person is None:
        form.password.errors = [gettext("E-mail and password do not belong together.")]
        return render_template("accounts/sign_in.html", form=form), 422
    session.clear()
    login_user(person)
    session.permanent = True
    return redirect(_own_page(request.args.get("next")), 303)


def _own_page(address: str | None) -> str:
    """`address` if it is a page of ours, else the start page: a link to sign in must not lead elsewhere."""
    parts = urlsplit(address or "")
    is_ours = bool(address) and not parts.scheme and not parts.netloc and parts.path.startswith("/")
    safe = is_ours and not parts.path.startswith(("//", "/\\")) and "\\" not in parts.path
    return _shown_at(address) if safe and address else url_for("dashboard.index")


def _shown_at(address: str) -> str:
    """`address` if a page is there, else the page that it is a part of: what a form was sent to cannot be opened."""
    adapter, path = current_app.create_url_adapter(request), urlsplit(address).path
    while adapter and path and not adapter.test(path, "GET"):
        address = path = path.rpartition("/")[0]
    return address or url_for("dashboard.index")


@bp.post("/sign-out")
@login_required  # type: ignore[untyped-decorator]
def sign_out() -> ResponseReturnValue:
    logout_user()
    return redirect(url_for("accounts.sign_in"), 303)


@bp.post("/language")
def set_language() -> ResponseReturnValue:
    language = request.form.get("language", "")
    if current_user.is_authenticated:
        accounts.set_locale(operator().id, language)
    elif language in LANGUAGES:
        session["language"] = language
    return redirect(_own_page(request.form.get("next")), 303)
