"""The installation's settings as they are stored, as a browser sends them, and the secrets that a page shows."""

import re

from flask import Flask

from fikoadmin.models.actors import Actor
from fikoadmin.models.settings import DEFAULTS, SECRETS, Settings

ACTOR = Actor("command", "", "test")


def stored(app: Flask, name: str) -> object:
    with app.app_context():
        return Settings.load()[name]


def typed(app: Flask, **changes: str) -> dict[str, str]:
    """What a browser would send that has the settings' page open, with those fields changed."""
    with app.app_context():
        now = Settings.load()
        fields = {name.replace(".", "_"): now[name] for name in DEFAULTS if name not in SECRETS}
        sent = {name: "y" if value is True else value for name, value in fields.items() if value is not False}
        return sent | {"version": now.version} | changes


def secret_on(text: str) -> str:
    found = re.search(r"<code data-secret>([^<]+)</code>", text)
    assert found, text
    return found[1]
