"""The demo: its data, and an administrator whose password is printed."""

from __future__ import annotations

import os

from flask import current_app

from .. import seeds
from ..config import Config, ConfigError, kept_secret
from ..destinations import SUPPORT
from ..errors import Invalid
from ..models.accounts import Operator
from ..services import accounts
from .base import actor

EMAIL = "demo@fiko.local"


def prepare() -> list[str]:
    """Makes what is not there yet, and returns lines that say how to sign in; raises ConfigError."""
    password = _password()
    _administrator(password)
    seeds.seed_demo()
    return [f"Sign in with {EMAIL}", f"Password     {password}"]


def _password() -> str:
    config: Config = current_app.extensions["config"]
    given = os.environ.get("FIKO_DEMO_PASSWORD", "")
    try:
        accounts.check_password(given or kept_secret(config.instance / "demo-password", 12))
    except Invalid as error:
        raise ConfigError(f"FIKO_DEMO_PASSWORD: {error.reason}") from None
    return given or kept_secret(config.instance / "demo-password", 12)


def _administrator(password: str) -> None:
    operator = Operator.by_email(EMAIL)
    if operator is None:
        accounts.create_operator(EMAIL, "Demo", "administrator", SUPPORT, password, actor())
    elif not accounts.password_matches(operator.password_hash, password):
        accounts.set_password(operator.id, password, actor())
