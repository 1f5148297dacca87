"""The installation's settings: administrators change them, everybody sees them."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from ...destinations import DESTINATIONS
from ...errors import Conflict, Invalid
from ...models.accounts import ADMINISTRATOR
from ...models.settings import DEFAULTS, LANGUAGES, SECRETS, Settings
from ...services import settings as services
from ..access import operator, permitted
from ..language import gettext, lazy_gettext
from .base import bp, length, refuse, stripped, words_of
from .words import FIRST_ANSWERS, LANGUAGE_NAMES, SETTINGS, setting_label, shown


def field_of(name: str) -> str:
    """The form's field for that setting."""
    return name.replace(".", "_")


class SettingsForm(FlaskForm):
    """One field a setting, named by `field_of`; `version` is that of the settings as its author saw them."""

    version = HiddenField()
    ai_switch = BooleanField(SETTINGS["ai_switch"])
    first_answer = SelectField(SETTINGS["first_answer"], [InputRequired()], choices=words_of(FIRST_ANSWERS))
    business_name = StringField(SETTINGS["business_name"], [length(0, 200)], filters=[stripped])
    channel_api_url = StringField(SETTINGS["channel_api_url"], [length(0, 2_000)], filters=[stripped])
    channel_api_secret = PasswordField(SETTINGS["channel_api_secret"], [length(0, 200)])
    remove_secret = BooleanField(lazy_gettext("Remove the secret"))


for _destination in DESTINATIONS:
    for _language in LANGUAGES:
        _notice = TextAreaField(
            LANGUAGE_NAMES[_language], [length(0, services.TEXT_LENGTH)], filters=[stripped],
            render_kw={"lang": _language, "rows": 2},
        )  # fmt: skip
        setattr(SettingsForm, field_of(f"notice.{_destination.value}.{_language}"), _notice)


@bp.get("")
@permitted("viewer")
def index() -> ResponseReturnValue:
    settings = Settings.load()
    if not operator().may(ADMINISTRATOR):
        return render_template("settings/read_only.html", settings=settings, notices_set=_notices(settings))
    stored = {field_of(name): settings[name] for name in DEFAULTS if name not in SECRETS}
    return _page(SettingsForm(data={**stored, "version": settings.version}), settings)


@bp.post("")
@permitted(ADMINISTRATOR)
def save() -> ResponseReturnValue:
    form = SettingsForm()
    if not form.validate():
        return _page(form, Settings.load()), 422
    try:
        services.change_all(_values(form), operator().actor, form.version.data)
    except Invalid as problem:
        refuse(form, problem, **{name: field_of(name) for name in DEFAULTS})
        return _page(form, Settings.load()), 422
    except Conflict:
        return _changed_meanwhile(form), 409
    flash(gettext("The settings are saved."), "success")
    return redirect(url_for("settings.index"), 303)


def _values(form: FlaskForm) -> dict[str, Any]:
    """What to save; an empty secret leaves the one that is set, which is never shown."""
    values = {name: form[field_of(name)].data for name in DEFAULTS}
    if form.remove_secret.data:
        values["channel_api_secret"] = ""
    elif not values["channel_api_secret"]:
        del values["channel_api_secret"]
    return values


def _changed_meanwhile(form: FlaskForm) -> str:
    """Both texts: what was typed stays in the form, what somebody else has saved stands above it."""
    settings = Settings.load()
    typed = _values(form)
    theirs = {
        setting_label(name): shown(settings[name], name)
        for name in typed
        if name not in SECRETS and typed[name] != settings[name]
    }
    form.version.raw_data = [settings.version]
    form.version.data = settings.version
    return _page(form, settings, theirs)


def _page(form: FlaskForm, settings: Settings, theirs: dict[str, str] | None = None) -> str:
    notices = {
        d.value: [form[field_of(f"notice.{d.value}.{language}")] for language in LANGUAGES] for d in DESTINATIONS
    }
    has_secret = bool(settings["channel_api_secret"])
    return render_template(
        "settings/general.html", form=form, theirs=theirs, has_secret=has_secret, notice_fields=notices
    )


def _notices(settings: Settings) -> dict[str, str]:
    names = [name for name in DEFAULTS if name.startswith("notice.") and settings[name]]
    return {setting_label(name): settings[name] for name in names}
