"""Operators are added, changed and disabled."""

from collections.abc import Callable

import pytest
from flask import Flask

from fikoadmin.models.accounts import Operator
from fikoadmin.models.audit import AuditEntry
from fikoadmin.services import accounts
from tests.web.browsing import PASSWORD, Visitor, signed_in_as
from tests.web.settings.stored import ACTOR, secret_on

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
