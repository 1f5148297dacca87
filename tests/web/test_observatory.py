"""Security headers as a score: the HTTP Observatory's rules, computed here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.in_process import opened
from tests.web.observatory import modifiers, score

AT_LEAST = 130
OVER_HTTPS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7", "Origin": "https://elsewhere.example"}


@pytest.fixture(scope="module")
def behind_proxy(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app as production has it: what stands before it speaks HTTPS with the browser."""
    environment = {"FIKO_DATABASE_URL": f"sqlite:///{sqlite_template}", "FIKO_TRUSTED_PROXIES": "1"}
    with opened(environment, tmp_path_factory.mktemp("proxy")) as app:
        yield app


@pytest.fixture
def answer(behind_proxy: Flask) -> TestResponse:
    return behind_proxy.test_client().get("/sign-in", headers=OVER_HTTPS)


def test_the_sign_in_page_scores_at_least_130(answer: TestResponse) -> None:
    assert answer.headers.getlist("Set-Cookie")
    assert score(answer) >= AT_LEAST, modifiers(answer)


@pytest.mark.parametrize("path", ["/", "/conversations", "/api/v1/conversations", "/nowhere", "/static/css/base.css"])
def test_no_answer_lacks_what_a_page_has(behind_proxy: Flask, answer: TestResponse, path: str) -> None:
    other = behind_proxy.test_client().get(path, headers=OVER_HTTPS, buffered=True)
    without_cookies = {**modifiers(answer), "cookies": 0}
    assert {**modifiers(other), "cookies": 0} == without_cookies


@pytest.mark.parametrize(
    "header",
    ["Content-Security-Policy", "Referrer-Policy", "Strict-Transport-Security", "X-Content-Type-Options",
     "Cross-Origin-Resource-Policy"],
)  # fmt: skip
def test_a_header_taken_away_costs_its_points(answer: TestResponse, header: str) -> None:
    whole = score(answer)
    del answer.headers[header]
    assert score(answer) < whole


def test_a_cookie_that_scripts_can_read_costs_its_points(answer: TestResponse) -> None:
    whole = score(answer)
    answer.headers["Set-Cookie"] = "fiko_session=1; Secure; SameSite=Lax"
    assert score(answer) < whole - 30
