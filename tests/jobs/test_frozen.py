"""A process that stands still in the middle of a transaction."""

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from fikoadmin import extensions
from fikoadmin.errors import is_busy
from fikoadmin.extensions import db
from fikoadmin.services import conversations
from tests.scenes import ACTOR, begin, owner


def test_p18_it_holds_up_nobody(pg_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """On PostgreSQL alone: SQLite's writers are on one machine, and wait for one another 15 s at most."""
    with pg_app.app_context():
        conversation = begin()
        monkeypatch.setattr(extensions, "SILENT_SECONDS", 1)
        db.engine.dispose()
        frozen = db.engine.connect().execution_options(**extensions.writing(db.engine))
        frozen.execute(text("SELECT id FROM conversations FOR UPDATE"))
        conversations.redirect(conversation, "sales", ACTOR)
        assert owner(conversation)[0] == "support_active"
        with pytest.raises(DBAPIError) as ended:
            frozen.execute(text("SELECT 1"))
        assert is_busy(ended.value), "what it was at is tried again"
        frozen.close()
