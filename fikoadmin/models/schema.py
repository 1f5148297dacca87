"""Where the database stands in the migrations."""

from __future__ import annotations

from functools import lru_cache

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from ..extensions import db


def revision() -> str | None:
    """The migration that the database stands at; None for an empty one."""
    current: str | None = MigrationContext.configure(db.session.connection()).get_current_revision()
    return current


def is_ready() -> bool:
    """Whether this release can run on the database.

    A revision that it does not know is a newer release's, on whose schema the release before must run (P30).
    """
    current = revision()
    head, known = _ours(current_app.extensions["migrate"].directory)
    return current is not None and (current == head or current not in known)


@lru_cache
def _ours(directory: str) -> tuple[str | None, frozenset[str]]:
    scripts = ScriptDirectory(directory)
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())
