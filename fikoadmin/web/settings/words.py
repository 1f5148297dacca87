"""The words for settings and for what the record of changes holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..formats import format_digits
from ..labels import Table, destination_label, label
from ..language import gettext, lazy_gettext
from ..language import lazy_pgettext as p

# Each language under its own name, as everywhere where one chooses it.
LANGUAGE_NAMES = {"en": "English", "fa": "فارسی"}

SETTINGS: Table = {
    "ai_switch": lazy_gettext("The AI may answer customers"),
    "first_answer": lazy_gettext("Who answers first in a new conversation"),
    "business_name": lazy_gettext("Business name"),
    "channel_api_url": lazy_gettext("Address that messages are sent to"),
    "channel_api_secret": lazy_gettext("Secret that signs them"),
}
FIRST_ANSWERS: Table = {"ai": lazy_gettext("The AI Assistant"), "people": lazy_gettext("People (Support)")}
SCOPES: Table = {"full": p("scope", "Read and write"), "read": p("scope", "Read only")}
SUBJECTS: Table = {
    "setting": p("audit", "Setting"),
    "operator": p("audit", "Operator"),
    "token": p("audit", "API token"),
    "workflow": p("audit", "Workflow"),
    "version": p("audit", "Version"),
    "knowledge": p("audit", "Knowledge"),
}
ACTIONS: Table = {
    "added": p("audit", "added"),
    "branch moved": p("audit", "branch moved"),
    "changed": p("audit", "changed"),
    "connected": p("audit", "connected"),
    "created": p("audit", "created"),
    "described": p("audit", "name or limits changed"),
    "disconnected": p("audit", "disconnected"),
    "imported": p("audit", "imported"),
    "language changed": p("audit", "language changed"),
    "node added": p("audit", "node added"),
    "node changed": p("audit", "node changed"),
    "node deleted": p("audit", "node deleted"),
    "node duplicated": p("audit", "node duplicated"),
    "node moved": p("audit", "node moved"),
    "nodes pasted": p("audit", "nodes pasted"),
    "password changed": p("audit", "password changed"),
    "published": p("audit", "published"),
    "redone": p("audit", "redone"),
    "revoked": p("audit", "revoked"),
    "status": p("audit", "status changed"),
    "tidied up": p("audit", "tidied up"),
    "undone": p("audit", "undone"),
}
ACTORS: Table = {
    "operator": p("actor", "Operator"),
    "token": p("actor", "API token"),
    "command": p("actor", "Command line"),
    "workflow": p("actor", "Workflow"),
    "system": p("actor", "System"),
}


def word(table: Table, value: str) -> str:
    """The reader's word; a value that this release does not know as it is."""
    return str(table.get(value, value))


def setting_label(name: str) -> str:
    """What the page calls a setting."""
    kind, _, rest = name.partition(".")
    destination, _, language = rest.partition(".")
    if kind != "notice":
        return word(SETTINGS, name)
    names = {"destination": destination_label(destination), "language": LANGUAGE_NAMES.get(language, language)}
    return str(gettext("Notice for %(destination)s (%(language)s)", **names))


def shown(value: Any, name: str = "") -> str:
    """A stored value, a setting's or one of the record of changes, as a person reads it."""
    if isinstance(value, Mapping):
        return " · ".join(text for key, inner in value.items() if (text := shown(inner, key)))
    if isinstance(value, bool):
        return _switch(value, name)
    text = str(value if value is not None else "")
    if name == "revision":
        return str(gettext("revision %(number)s", number=format_digits(text)))
    kinds = {"role": "role", "status": "workflow_status"}
    tables = {"first_answer": FIRST_ANSWERS, "scope": SCOPES}
    if name in kinds:
        return label(kinds[name], text)
    if name == "department":
        return destination_label(text)
    # A digest says nothing to a person.
    return "" if name == "digest" else word(tables.get(name, {"(secret)": lazy_gettext("not shown")}), text)


def _switch(value: bool, name: str) -> str:
    if name == "is_enabled":
        return str(gettext("may sign in") if value else gettext("may not sign in"))
    return str(gettext("on") if value else gettext("off"))
