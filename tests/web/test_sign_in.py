"""Signing in tells a stranger nothing, bounds guessing, and begins a session of its own."""

import pytest
from flask import Flask

from tests.web.browsing import PASSWORD, Token, Visitor, signed_in_as

EMAIL = "viewer@fiko.local"


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    signed_in_as(app, "viewer", email=EMAIL)
    return Visitor(app)


def token_of(page: str) -> str:
    token = Token()
    token.feed(page)
    return token.value


def answer_to(visitor: Visitor, email: str, password: str) -> tuple[int, str]:
    answer = visitor.post("/sign-in", {"email": email, "password": password})
    return answer.status_code, answer.text.replace(email, "").replace(token_of(answer.text), "")


def test_a_wrong_password_and_an_unknown_address_are_told_alike(stranger: Visitor) -> None:
    assert answer_to(stranger, EMAIL, "not the password") == answer_to(stranger, "nobody@fiko.local", PASSWORD)


def test_the_session_before_the_sign_in_is_not_the_one_after_it(stranger: Visitor) -> None:
    before = token_of(stranger.text("/sign-in"))
    assert stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code == 303
    stale = stranger.client.post("/sign-out", data={"csrf_token": before})
    assert stale.status_code == 400
    assert stranger.get("/").status_code == 200


def test_guessing_is_limited(stranger: Visitor) -> None:
    answers = [answer_to(stranger, EMAIL, "")[0] for _ in range(21)]
    assert answers[-1] == 429
    assert stranger.post("/sign-in", {"email": EMAIL, "password": PASSWORD}).status_code == 429


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example"])
def test_a_link_to_sign_in_never_leads_elsewhere(stranger: Visitor, elsewhere: str) -> None:
    address = f"/sign-in?next={elsewhere}"
    assert stranger.post(address, {"email": EMAIL, "password": PASSWORD}).location == "/"
