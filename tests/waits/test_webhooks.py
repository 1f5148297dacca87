"""Webhooks: a row, then a call outside any transaction, whose outcome is the step's (P21); a real server answers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from fikoadmin.extensions import db
from fikoadmin.models.executions import Execution, Step
from fikoadmin.models.jobs import MAKE_CALL, Job
from fikoadmin.models.waits import Wait
from fikoadmin.outbound import Outbound
from fikoadmin.services import conversations
from fikoadmin.services import executions as service
from tests.contract.documents import Document, action, connection, document, redirect, send, when
from tests.fakes.receiver import Receiver
from tests.scenes import ACTOR, begin, executions, fresh, let_time_pass, live, messages, say, work

TRIES = 6


@pytest.fixture
def receiver(inside_any: Flask) -> Iterator[Receiver]:
    """The other system, on an address that the installation allows."""
    inside_any.extensions["outbound"] = Outbound(["127.0.0.1"])
    with Receiver() as receiver:
        yield receiver


def webhook(url: str, **fields: Any) -> Document:
    return action("webhook", "Call", webhook_url=url, **fields)


def called(url: str, **fields: Any) -> str:
    """A conversation in which a workflow is about to call `url`."""
    start, call = when("go"), webhook(url, **fields)
    fine, bad = send("fine", "Fine"), redirect("technical", "Bad")
    ways = [connection(start, call), connection(call, fine), connection(call, bad, "failure")]
    live(document([start, call, fine, bad], ways))
    conversation = begin()
    say(conversation, "go & see")
    return conversation


def execution(conversation: str) -> Execution:
    db.session.rollback()
    return executions(conversation)[0]


def step(conversation: str) -> Step:
    return execution(conversation).steps[1]


def test_p21_success_waits_for_the_answer(receiver: Receiver) -> None:
    receiver.answers_with(b'{"ok": true, "access_token": "s3cret"}')
    headers = {"Authorization": "Bearer abc123", "X-Kind": "test"}
    payload = {"name": "{{user.first_name}}", "said": ["{{event.data.content}}"]}
    conversation = called(receiver.url, webhook_headers=headers, webhook_payload=payload)
    assert (execution(conversation).status, receiver.received) == ("WAITING", [])
    work(MAKE_CALL)
    (sent, body) = receiver.received[0]
    assert json.loads(body) == {"name": "Ada", "said": ["go & see"]}
    assert (sent["authorization"], sent["x-kind"], sent["content-type"]) == (
        "Bearer abc123", "test", "application/json",
    )  # fmt: skip
    assert messages(conversation, "marketing") == ["fine"]
    data = step(conversation).data
    assert (step(conversation).outcome, data["status"], data["attempts"]) == ("changed", 200, 1)
    assert data["response"] == '{"ok": true, "access_token": "***"}'
    assert data["headers"] == {"Authorization": "***", "X-Kind": "test"}


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_every_method_of_the_format(receiver: Receiver, method: str) -> None:
    conversation = called(receiver.url, webhook_method=method)
    work(MAKE_CALL)
    assert receiver.methods == [method]
    assert step(conversation).data["method"] == method


def test_what_a_customer_wrote_stays_inside_its_part_of_the_address(receiver: Receiver) -> None:
    conversation = called(receiver.url + "?q={{event.data.content}}&token=abc")
    assert step(conversation).data["url"].endswith("/hook?q=go%20%26%20see&token=***")
    work(MAKE_CALL)
    assert messages(conversation, "marketing") == ["fine"]


def test_p21_it_is_tried_again_with_the_same_key_and_then_succeeds(receiver: Receiver) -> None:
    receiver.fails(503, times=2)
    conversation = called(receiver.url)
    work(MAKE_CALL)
    assert execution(conversation).status == "WAITING"
    let_time_pass()
    let_time_pass()
    keys = {headers["idempotency-key"] for headers, _ in receiver.received}
    assert (len(receiver.received), len(keys), step(conversation).data["attempts"]) == (3, 1, 3)
    assert messages(conversation, "marketing") == ["fine"]


def test_p15_between_two_tries_the_step_says_how_the_last_one_failed(receiver: Receiver) -> None:
    receiver.fails(503, times=2)
    conversation = called(receiver.url)
    for tried in (1, 2):
        let_time_pass()
        found = step(conversation)
        assert (found.outcome, found.data["attempts"], found.data["last_failure"]) == (None, tried, "answered 503")


def test_p21_failure_is_taken_only_after_the_last_try(receiver: Receiver) -> None:
    receiver.fails(502, times=TRIES)
    conversation = called(receiver.url)
    for _ in range(TRIES):
        assert fresh(conversation).status == "active"
        let_time_pass()
    assert (len(receiver.received), fresh(conversation).destination) == (TRIES, "technical")
    found = step(conversation)
    assert (found.outcome, found.connection, found.data["attempts"]) == ("failed", "failure", TRIES)
    assert "502" in found.reason


def test_p21_an_answer_that_will_not_change_fails_at_once(receiver: Receiver) -> None:
    receiver.fails(404)
    conversation = called(receiver.url)
    work(MAKE_CALL)
    assert (step(conversation).outcome, step(conversation).data["status"]) == ("failed", 404)
    assert fresh(conversation).destination == "technical"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.2:8/", "http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.1/"]
)
def test_an_address_inside_is_not_called(receiver: Receiver, url: str) -> None:
    conversation = called(url)
    work(MAKE_CALL)
    assert (step(conversation).outcome, fresh(conversation).destination) == ("failed", "technical")
    assert receiver.received == []


def test_a_redirect_to_another_address_is_not_followed(receiver: Receiver) -> None:
    receiver.redirects("http://169.254.169.254/")
    conversation = called(receiver.url)
    work(MAKE_CALL)
    assert (len(receiver.received), step(conversation).outcome) == (1, "failed")


def test_p03_after_a_change_of_owner_the_call_is_not_made(receiver: Receiver) -> None:
    conversation = called(receiver.url)
    conversations.redirect(conversation, "sales", ACTOR)
    work(MAKE_CALL)
    assert receiver.received == []
    assert (step(conversation).outcome, step(conversation).reason) == ("skipped", "owner changed")


def test_a_cancelled_execution_calls_nobody(receiver: Receiver) -> None:
    conversation = called(receiver.url)
    service.cancel(execution(conversation).id, ACTOR)
    let_time_pass()
    assert (receiver.received, execution(conversation).status) == ([], "CANCELLED")


def test_the_ai_has_its_turn_after_the_first_attempt(receiver: Receiver) -> None:
    receiver.fails(503)
    live(document([start := when("go"), call := webhook(receiver.url)], [connection(start, call)]))
    conversation = begin()
    assert say(conversation, "go").ai_reply == "pending"
    work(MAKE_CALL)
    work()
    assert len(messages(conversation, "AI")) == 1


def test_a_request_that_is_too_long_fails_before_it_is_made(receiver: Receiver) -> None:
    conversation = called(receiver.url, webhook_payload={"text": "x" * 300_000})
    assert step(conversation).reason == "the request is too long"


def test_nothing_of_a_secret_stays_in_the_row_of_an_ended_call(receiver: Receiver) -> None:
    conversation = called(receiver.url, webhook_headers={"X-Api-Key": "abc123"})
    work(MAKE_CALL)
    waits = db.session.query(Wait).filter_by(execution_id=execution(conversation).id).all()
    assert "abc123" not in json.dumps([wait.data for wait in waits])
    assert Job.open_of(MAKE_CALL, waits[0].id) == []
