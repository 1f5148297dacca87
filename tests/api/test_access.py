"""Who may call, and that nobody else learns anything."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fikoadmin.models.actors import Actor
from fikoadmin.services import accounts
from tests.api.client import Api, found

NOWHERE = ["/conversations/nobody", "/executions/x", "/nothing", ""]


@pytest.mark.parametrize("path", NOWHERE)
def test_without_a_token_nothing_is_told_apart(app: Flask, path: str) -> None:
    answer = Api(app).get(path)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("body", [b"{not json", b'{"event_type": 7}', b"x" * 3_000_000])
def test_without_a_token_no_body_is_read(app: Flask, body: bytes) -> None:
    assert Api(app).send("/events", body).status_code == 401


@pytest.mark.parametrize("path", NOWHERE)
def test_with_one_it_is_not_there(api: Api, path: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_another_method_says_which_there_are(api: Api) -> None:
    answer = api.delete("/conversations")
    assert answer.status_code == 405
    assert {"GET", "POST"} <= {method.strip() for method in answer.headers["Allow"].split(",")}


def test_a_token_that_may_read_only_reads(reader: Api, api: Api) -> None:
    conversation = api.conversation()["id"]
    assert found(reader.get(f"/conversations/{conversation}"))["epoch"] == 1
    refused = reader.post(f"/conversations/{conversation}/redirect", {"destination": "sales"})
    assert refused.status_code == 403
    assert found(api.get(f"/conversations/{conversation}"))["epoch"] == 1


def test_an_expired_token_is_none(app: Flask) -> None:
    with app.app_context():
        past = datetime(2020, 1, 1, tzinfo=UTC)
        _, text = accounts.create_token("old", Actor("command"), expires_at=past)
    assert Api(app, text).get("/conversations").status_code == 401


def test_the_description_needs_none(app: Flask) -> None:
    assert found(Api(app).get("/openapi.json"))["openapi"] == "3.1.0"


def test_p25_a_token_signs_what_it_changes(api: Api) -> None:
    conversation = api.conversation()["id"]
    (made,) = found(api.get(f"/conversations/{conversation}/events"))["items"]
    assert (made["actor"]["kind"], made["actor"]["label"]) == ("token", "tests")


def test_bad_tokens_are_limited_and_good_ones_are_not(app: Flask, api: Api) -> None:
    def ask(bearer: str) -> TestResponse:
        headers = {"Authorization": f"Bearer {bearer}"}
        return app.test_client().get(
            "/api/v1/redirect-destinations", headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.7"}
        )

    statuses = {ask("wrong").status_code for _ in range(302)}
    assert statuses == {401, 429}
    refused = ask("wrong")
    assert (refused.mimetype, refused.headers["Retry-After"]) == ("application/problem+json", "60")
    assert ask(api.headers["Authorization"].removeprefix("Bearer ")).status_code == 200
