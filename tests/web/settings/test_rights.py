"""Who may see the settings, and who may change them."""

import pytest
from flask import Flask

from fikoadmin.services import settings
from tests.web.browsing import Visitor, signed_in_as
from tests.web.settings.stored import ACTOR, stored, typed

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
