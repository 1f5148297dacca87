"""Who changed what, of settings, operators, tokens and workflows (P25)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from ...models.accounts import ADMINISTRATOR
from ...models.audit import AuditEntry
from ..access import permitted
from .base import bp
from .words import ACTIONS, ACTORS, SUBJECTS, setting_label, shown, word

COUNT = 20


@dataclass(frozen=True)
class Change:
    """An entry in the reader's words; `old` and `new` are empty where there is nothing to say."""

    at: datetime
    author_kind: str
    author: str
    subject_kind: str
    subject: str
    action: str
    old: str
    new: str


@bp.get("/changes")
@permitted(ADMINISTRATOR)
def changes() -> ResponseReturnValue:
    entries = AuditEntry.latest(COUNT)
    names = AuditEntry.subject_names(entries)
    return render_template("settings/changes.html", changes=[_change(e, names.get(e.id, "")) for e in entries])


def _change(entry: AuditEntry, name: str) -> Change:
    is_setting = entry.subject_kind == "setting"
    key = entry.subject_id if is_setting else entry.action
    return Change(
        at=entry.created_at,
        author_kind=word(ACTORS, entry.actor_kind),
        author=entry.actor_label,
        subject_kind=word(SUBJECTS, entry.subject_kind),
        subject=setting_label(entry.subject_id) if is_setting else name or entry.subject_id,
        action=word(ACTIONS, entry.action),
        old=shown(entry.old, key),
        new=shown(entry.new, key),
    )
