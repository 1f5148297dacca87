"""One's own account: the password and the language."""

import pytest
from flask import Flask

from fikoadmin.models.audit import AuditEntry
from fikoadmin.services import accounts
from tests.web.browsing import PASSWORD, Visitor, signed_in_as


def change(old: str = PASSWORD, new: str = "another password", repeated: str = "another password") -> dict[str, str]:
    return {"old_password": old, "password": new, "repeated": repeated}


def test_a_new_password_signs_out_elsewhere_and_not_here(app: Flask) -> None:
    visitor, elsewhere = signed_in_as(app, "viewer"), Visitor(app)
    elsewhere.post("/sign-in", {"email": "viewer@fiko.local", "password": PASSWORD})
    assert visitor.post("/settings/account", change()).status_code == 303
    assert (visitor.get("/settings").status_code, elsewhere.get("/settings").status_code) == (200, 302)
    refused = Visitor(app).post("/sign-in", {"email": "viewer@fiko.local", "password": PASSWORD})
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("sent", "field"),
    [(change(old="wrong password"), "old_password"), (change(new="short", repeated="short"), "password")]
    + [(change(repeated="something else"), "repeated"), (change(old=""), "old_password")],
)
def test_p29_a_wrong_change_of_password_changes_nothing(app: Flask, sent: dict[str, str], field: str) -> None:
    visitor = signed_in_as(app, "viewer")
    page = visitor.post("/settings/account", sent)
    assert (page.status_code, f'id="{field}-error"' in page.text) == (422, True)
    with app.app_context():
        assert accounts.sign_in("viewer@fiko.local", PASSWORD)


def test_p25_ones_language_is_chosen_here(app: Flask) -> None:
    visitor = signed_in_as(app, "viewer")
    chosen = {"language": "fa", "next": "/settings/account"}
    answer = visitor.post("/language", chosen, form_at="/settings/account")
    assert (answer.status_code, answer.location) == (303, "/settings/account")
    assert '<html lang="fa" dir="rtl">' in visitor.text("/settings/account")
    with app.app_context():
        (entry,) = AuditEntry.latest(1)
        assert (entry.action, entry.old, entry.new, entry.actor_label) == ("language changed", "en", "fa", "Viewer")
