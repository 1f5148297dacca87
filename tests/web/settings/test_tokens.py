"""Tokens are shown once, work, and are revoked."""

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.accounts import ApiToken
from fikoadmin.models.audit import AuditEntry
from fikoadmin.services import accounts
from tests.web.browsing import Visitor
from tests.web.settings.stored import ACTOR, secret_on


def test_a_new_token_is_shown_once_and_works_until_it_is_revoked(app: Flask, administrator: Visitor) -> None:
    page = administrator.post("/settings/tokens/new", {"name": "Bridge", "scope": "full", "days": "30"})
    text = secret_on(page.text)
    headers = {"Authorization": f"Bearer {text}"}
    calls = app.test_client()
    assert calls.get("/api/v1/conversations", headers=headers).status_code == 200
    assert text not in administrator.text("/settings/tokens")
    administrator.post("/settings/tokens/1/revoke", form_at="/settings/tokens")
    assert calls.get("/api/v1/conversations", headers=headers).status_code == 401
    assert "Bridge" not in administrator.text("/settings/tokens").partition("<table")[2]


def test_revoking_twice_is_harmless(app: Flask, administrator: Visitor) -> None:
    with app.app_context():
        accounts.create_token("Bridge", ACTOR)
    for _ in range(2):
        revoked = administrator.post("/settings/tokens/1/revoke", form_at="/settings/account")
        assert revoked.status_code == 303
    with app.app_context():
        assert [e.action for e in AuditEntry.latest(20) if e.subject_kind == "token"] == ["revoked", "created"]


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "a\0b"), ("scope", "all"), ("days", "7")])
def test_p29_a_wrong_token_is_not_made(app: Flask, administrator: Visitor, field: str, value: str) -> None:
    sent = {"name": "Bridge", "scope": "read", "days": "0", field: value}
    page = administrator.post("/settings/tokens/new", sent)
    assert (page.status_code, f'id="{field}-error"' in page.text) == (422, True)
    with app.app_context():
        assert db.session.scalar(select(ApiToken)) is None
