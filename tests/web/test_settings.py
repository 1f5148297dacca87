"""The Settings pages, as somebody without JavaScript uses them. One database: they read and write plain rows."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.accounts import ApiToken, Operator
from fikoadmin.models.actors import Actor
from fikoadmin.models.audit import AuditEntry
from fikoadmin.models.settings import DEFAULTS, SECRETS, Settings
from fikoadmin.services import accounts, settings
from tests.web.browsing import PASSWORD, Visitor, signed_in_as

ACTOR = Actor("command", "", "test")


@pytest.fixture
def administrator(app: Flask) -> Visitor:
    return signed_in_as(app, "administrator")


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


# -- the installation's settings -----------------------------------------------------------------------------------


def test_p25_settings_are_saved_with_their_author(app: Flask, administrator: Visitor) -> None:
    changes = {"business_name": " Nika ", "first_answer": "people", "notice_support_fa": "همین الان"}
    assert administrator.post("/settings", typed(app, **changes)).status_code == 303
    assert (stored(app, "business_name"), stored(app, "first_answer")) == ("Nika", "people")
    assert stored(app, "notice.support.fa") == "همین الان"
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).filter_by(subject_kind="setting")).all()
        assert {e.subject_id: e.actor_label for e in entries} == dict.fromkeys(
            ("business_name", "first_answer", "notice.support.fa"), "Administrator"
        )


def test_a_tick_that_is_missing_switches_the_ai_off(app: Flask, administrator: Visitor) -> None:
    sent = typed(app)
    del sent["ai_switch"]
    administrator.post("/settings", sent)
    assert stored(app, "ai_switch") is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel_api_url", "ftp://example.org"),
        ("notice_sales_en", "x" * 2_001),
        ("business_name", "a\0b"),
        ("first_answer", "nobody"),
    ],
)
def test_p29_a_wrong_field_is_named_and_what_was_typed_stays(
    app: Flask, administrator: Visitor, field: str, value: str
) -> None:
    page = administrator.post("/settings", typed(app, notice_general_en="A text to keep", **{field: value}))
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert "A text to keep" in page.text
    assert stored(app, "notice.general.en") == ""


def test_the_secret_is_never_shown_and_stays_until_it_is_removed(app: Flask, administrator: Visitor) -> None:
    administrator.post("/settings", typed(app, channel_api_secret="s3cret-words"))
    assert stored(app, "channel_api_secret") == "s3cret-words"
    administrator.post("/settings", typed(app))
    assert stored(app, "channel_api_secret") == "s3cret-words"
    assert "s3cret-words" not in administrator.text("/settings") + administrator.text("/settings/changes")
    administrator.post("/settings", typed(app, remove_secret="y"))
    assert stored(app, "channel_api_secret") == ""


def test_p22_a_stale_save_is_refused_with_both_texts(app: Flask, administrator: Visitor) -> None:
    mine = typed(app, business_name="Mine")
    with app.app_context():
        settings.change("business_name", "Theirs", ACTOR)
    page = administrator.post("/settings", mine)
    assert page.status_code == 409
    assert 'value="Mine"' in page.text
    assert "Theirs" in page.text
    assert stored(app, "business_name") == "Theirs"
    administrator.post("/settings", typed(app, business_name="Mine"))
    assert stored(app, "business_name") == "Mine"


# -- who may what --------------------------------------------------------------------------------------------------

WRITES = ["/settings", "/settings/operators/new", "/settings/operators/1", "/settings/tokens/new"]
ADMINISTRATORS = ["/settings/operators", "/settings/tokens", "/settings/changes", *WRITES[1:]]


@pytest.mark.parametrize("role", ["viewer", "operator"])
def test_others_see_the_settings_and_cannot_change_them(app: Flask, role: str) -> None:
    with app.app_context():
        settings.change_all({"business_name": "Nika", "channel_api_secret": "s3cret-words"}, ACTOR)
    visitor = signed_in_as(app, role)
    page = visitor.text("/settings")
    assert "Nika" in page
    assert "s3cret-words" not in page
    assert '<form method="post"' not in page.partition("<main")[2]
    refused = visitor.post("/settings", typed(app, business_name="Mine"), form_at="/settings/account")
    assert refused.status_code == 403
    assert "Administrator" in refused.text
    assert stored(app, "business_name") == "Nika"


@pytest.mark.parametrize("path", ADMINISTRATORS)
def test_others_are_told_which_role_it_takes(app: Flask, path: str) -> None:
    refused = signed_in_as(app, "operator").get(path)
    assert (refused.status_code, "Administrator" in refused.text) == (403, True)


@pytest.mark.parametrize("path", ["/settings", "/settings/account", *ADMINISTRATORS])
def test_strangers_are_asked_to_sign_in(app: Flask, path: str) -> None:
    answer = Visitor(app).get(path)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/sign-in")


@pytest.mark.parametrize("path", [*WRITES, "/settings/account", "/settings/tokens/1/revoke"])
def test_nothing_is_written_without_the_forms_token(app: Flask, administrator: Visitor, path: str) -> None:
    assert administrator.client.post(path, data=typed(app)).status_code == 400


def test_a_token_is_not_revoked_by_a_link(administrator: Visitor) -> None:
    assert administrator.get("/settings/tokens/1/revoke").status_code == 405


@pytest.mark.parametrize("path", ["/settings/operators/999", f"/settings/operators/{10**30}", "/settings/operators/x"])
def test_p29_an_operator_who_is_not_there_is_a_404(administrator: Visitor, path: str) -> None:
    assert administrator.get(path).status_code == 404


# -- operators -----------------------------------------------------------------------------------------------------

NEW = {"name": "Navid", "email": "navid@fiko.local", "role": "operator", "department": "billing", "locale": "fa"}


def test_a_new_operator_signs_in_with_the_password_that_is_shown_once(app: Flask, administrator: Visitor) -> None:
    page = administrator.post("/settings/operators/new", NEW)
    assert page.status_code == 201
    password = secret_on(page.text)
    assert password not in administrator.text("/settings/operators") + administrator.text("/settings/changes")
    signed_in = Visitor(app).post("/sign-in", {"email": NEW["email"], "password": password})
    assert signed_in.status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "nobody"), ("email", "a\0b@fiko.local"), ("email", "administrator@fiko.local"), ("name", "")]
    + [("name", "a\0b"), ("role", "king"), ("department", "ai"), ("locale", "xx")],
)
def test_p29_a_wrong_new_operator_is_not_added(app: Flask, administrator: Visitor, field: str, value: str) -> None:
    page = administrator.post("/settings/operators/new", {**NEW, "name": "To keep", field: value})
    assert (page.status_code, f'id="{field}-error"' in page.text) == (422, True)
    assert field == "name" or "To keep" in page.text
    with app.app_context():
        assert len(Operator.by_name()) == 1


Change = Callable[[Operator], dict[str, str]]


@pytest.fixture
def colleague(app: Flask) -> Operator:
    with app.app_context():
        return accounts.create_operator("vera@fiko.local", "Vera", "viewer", "sales", PASSWORD, ACTOR)


def test_p25_an_operators_role_changes_with_its_author(app: Flask, administrator: Visitor, colleague: Operator) -> None:
    change = {"role": "operator", "department": "technical", "is_enabled": "y"}
    assert administrator.post(f"/settings/operators/{colleague.id}", change).status_code == 303
    with app.app_context():
        (entry,) = AuditEntry.latest(1)
        assert (entry.old["role"], entry.new["role"], entry.new["department"]) == ("viewer", "operator", "technical")
        assert (entry.actor_kind, entry.actor_label) == ("operator", "Administrator")


def test_who_is_disabled_is_out_at_once_and_for_good(app: Flask, administrator: Visitor, colleague: Operator) -> None:
    visitor = Visitor(app)
    visitor.post("/sign-in", {"email": colleague.email, "password": PASSWORD})
    assert visitor.get("/settings").status_code == 200
    rights = {"role": "viewer", "department": "sales"}
    administrator.post(f"/settings/operators/{colleague.id}", rights)
    assert visitor.get("/settings").status_code == 302
    administrator.post(f"/settings/operators/{colleague.id}", rights | {"is_enabled": "y"})
    assert visitor.get("/settings").status_code == 302


@pytest.mark.parametrize("change", [{"role": "viewer", "is_enabled": "y"}, {"role": "administrator"}])
def test_the_last_administrator_stays(app: Flask, administrator: Visitor, change: dict[str, str]) -> None:
    page = administrator.post("/settings/operators/1", {"department": "sales", **change})
    assert page.status_code == 422
    assert "the last administrator" in page.text
    with app.app_context():
        assert Operator.by_name()[0].may("administrator")


def test_one_of_two_administrators_may_go(app: Flask, administrator: Visitor) -> None:
    signed_in_as(app, "administrator", email="second@fiko.local")
    change = {"role": "viewer", "department": "sales", "is_enabled": "y"}
    assert administrator.post("/settings/operators/1", change).status_code == 303


# -- tokens --------------------------------------------------------------------------------------------------------


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


# -- one's own account ---------------------------------------------------------------------------------------------


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


# -- changes -------------------------------------------------------------------------------------------------------


def test_p25_the_last_changes_are_listed_with_their_authors(app: Flask, administrator: Visitor) -> None:
    with app.app_context():
        settings.change_all({"ai_switch": False, "notice.sales.en": "Moment, please"}, ACTOR)
    page = administrator.text("/settings/changes")
    for text in ("The AI may answer customers", "Notice for Sales (English)", "Moment, please", "test", "Command line"):
        assert text in page
