"""A page of everything that pages are made of, to be looked at: `python -m tests.web.gallery_app PORT`."""

import sys
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from flask import Blueprint, Flask, Response, flash, render_template, request
from flask_babel import Babel
from flask_login import LoginManager, UserMixin
from flask_wtf import FlaskForm
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import BooleanField, EmailField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from fikoadmin.clock import now
from fikoadmin.web import assets, chips, formats, labels, language, pieces

ROOT = Path(__file__).resolve().parents[2]
POLICY = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"


class Entry(NamedTuple):
    endpoint: str
    label: str
    icon: str


NAVIGATION = (
    Entry("conversations.index", "Conversations", "messages"),
    Entry("workflows.index", "Workflows", "route"),
    Entry("settings.index", "Settings", "settings"),
)


class Visitor(UserMixin):
    id = "1"
    name = "Sara Ahmadi"
    role = "administrator"


class SignIn(FlaskForm):
    email = EmailField("E-mail", [InputRequired()])
    password = PasswordField("Password", [InputRequired()])


class Sample(FlaskForm):
    name = StringField("Name", [InputRequired()])
    channel = SelectField("Channel", choices=[SelectChoice("telegram", "Telegram"), SelectChoice("web", "Web")])
    text = TextAreaField("Message")
    active = BooleanField("Switched on")


def gallery_app() -> Flask:
    """An app with the real templates, styles, scripts and words, and no database."""
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "templates"), FileSystemLoader(Path(__file__).parent / "gallery")]
    )
    app.config.update(TESTING=True, SECRET_KEY="only looked at", BABEL_DEFAULT_TIMEZONE="Asia/Tehran")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "fikoadmin" / "translations")
    Babel(app, locale_selector=lambda: request.args.get("language", "en") if request else "en")
    CSRFProtect(app)
    LoginManager(app).request_loader(lambda _: Visitor() if "bare" not in request.args else None)
    for part in (language, assets, formats, labels, chips, pieces):
        part.init_app(app)
    app.jinja_env.globals["navigation"] = NAVIGATION
    _add_pages(app)
    app.after_request(_strict)
    return app


def _strict(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


def _add_pages(app: Flask) -> None:
    for name, path in (
        ("conversations", "/"),
        ("workflows", "/workflows"),
        ("settings", "/settings"),
        ("keys", "/keys"),
    ):
        part = Blueprint(name, __name__)
        part.add_url_rule(path, "index", gallery)
        part.add_url_rule(f"/{name}/waiting", "waiting", lambda: {"waiting": 3})
        app.register_blueprint(part)
    accounts = Blueprint("accounts", __name__)
    accounts.add_url_rule("/sign-in", "sign_in", sign_in)
    accounts.add_url_rule("/sign-out", "sign_out", sign_in, methods=["POST"])
    accounts.add_url_rule("/language", "set_language", sign_in, methods=["POST"])
    app.register_blueprint(accounts)
    app.add_url_rule("/error/<int:status>", view_func=error)


def gallery() -> str:
    flash("The workflow is active.", "success")
    flash("Redis cannot be reached; the mirror is behind.", "warning")
    form = Sample(formdata=None, data={"name": "Redirect to human support"})
    form.text.errors = ["Write a message of at most 4,000 characters."]
    ago = [now() - timedelta(minutes=m) for m in (0, 4, 95, 1500, 20_000)]
    return render_template("gallery.html", form=form, ago=ago, count=1_234_567)


def sign_in() -> str:
    if "wrong" in request.args:
        flash("E-mail or password is wrong.", "error")
    return render_template("accounts/sign_in.html", form=SignIn(formdata=None))


def error(status: int) -> tuple[str, int]:
    return render_template("errors/error.html", status=status, detail=request.args.get("detail")), status


if __name__ == "__main__":
    gallery_app().run(port=int(sys.argv[1]))
