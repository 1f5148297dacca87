"""Settings and accounts are few and rarely change, but each change has an author."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select

from ..errors import Conflict, Invalid
from ..extensions import db, transaction
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.base import insert_into
from ..models.settings import DEFAULTS, LIVE_WORKFLOWS, SECRETS, Setting, Settings
from ..words import N_

NOT_A_SETTING = N_("'%(value)s' is not a setting; one of: %(choices)s")
NOT_A_SWITCH = N_("'%(value)s' must be on or off")
NOT_AN_ANSWERER = N_("'%(value)s' must be ai or people")
TOO_LONG = N_("must have at most %(most)s characters")
NO_ADDRESS = N_("must be an address that begins with http:// or https://")
NOT_PLAIN = N_("must be plain text")
STALE = N_("somebody else has changed the settings since")
TEXT_LENGTH = 2_000
TRUE = ("on", "true", "yes", "1")
FALSE = ("off", "false", "no", "0")


def change(name: str, value: Any, actor: Actor) -> Any:
    """Sets one setting and returns the value it has now; raises Invalid for an unknown name or a wrong value."""
    if name not in DEFAULTS:
        raise Invalid("name", NOT_A_SETTING, value=name[:60], choices=", ".join(sorted(DEFAULTS)))
    return change_all({name: value}, actor)[name]


def change_all(values: Mapping[str, Any], actor: Actor, version: str | None = None) -> dict[str, Any]:
    """Sets several settings at once, or none; raises Invalid, its field the setting's name.

    Raises Conflict where `version`, which the author saw, is not the present one (P22).
    """
    checked = {name: _checked(name, value) for name, value in values.items()}
    with transaction():
        db.session.execute(select(Setting.name).with_for_update())
        old = Settings.load()
        if version not in (None, old.version):
            raise Conflict(STALE)
        for name, value in checked.items():
            if old[name] != value:
                _write(name, old[name], value, actor)
        Settings.changed()
    return checked


def _checked(name: str, value: Any) -> Any:
    check: Callable[[str, Any], Any] = CHECKS.get(name, _text)
    return check(name, value)


def _write(name: str, old: Any, value: Any, actor: Actor) -> None:
    row = insert_into(Setting).values(name=name, value=value)
    changes = {"value": row.excluded.value, "updated_at": row.excluded.updated_at}
    db.session.execute(row.on_conflict_do_update(index_elements=["name"], set_=changes))
    shown = ("(secret)", "(secret)") if name in SECRETS else (old, value)
    AuditEntry.record("setting", name, "changed", actor, *shown)


def live_workflows_changed() -> int:
    """Has every process renew its index; inside the caller's transaction. Returns the set's new generation."""
    # Two first changes at once both find no row: one inserts it, the other waits for that and goes on.
    db.session.execute(insert_into(Setting).values(name=LIVE_WORKFLOWS, value=0).on_conflict_do_nothing())
    row = db.session.get_one(Setting, LIVE_WORKFLOWS, with_for_update=True, populate_existing=True)
    row.value = row.value + 1
    db.session.flush()
    Settings.changed()
    return int(row.value)


# -- checks --------------------------------------------------------------------------------------------------------


def _switch(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in TRUE + FALSE:
        raise Invalid(name, NOT_A_SWITCH, value=word[:60])
    return word in TRUE


def _first_answer(name: str, value: Any) -> str:
    if value not in ("ai", "people"):
        raise Invalid(name, NOT_AN_ANSWERER, value=str(value)[:60])
    return str(value)


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise Invalid(name, N_("must be a text"))
    text = value.strip()
    if "\0" in text:  # no text column of PostgreSQL can hold it
        raise Invalid(name, NOT_PLAIN)
    if len(text) > TEXT_LENGTH:
        raise Invalid(name, TOO_LONG, most=TEXT_LENGTH)
    return text


def _address(name: str, value: Any) -> str:
    text = _text(name, value)
    try:
        parts = urlsplit(text)
        fits = not text or (parts.scheme in ("http", "https") and bool(parts.hostname))
        _ = parts.port
    except ValueError:
        fits = False
    if not fits:
        raise Invalid(name, NO_ADDRESS)
    return text


CHECKS: Mapping[str, Callable[[str, Any], Any]] = {
    "ai_switch": _switch,
    "first_answer": _first_answer,
    "channel_api_url": _address,
}
