"""E-mails: the same road as webhooks, to a real mail server on this machine."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from fikoadmin.extensions import db
from fikoadmin.models.executions import Step
from fikoadmin.models.jobs import MAKE_CALL
from fikoadmin.outbound.mail import Mail
from tests.contract.documents import action, connection, document, redirect, send, when
from tests.fakes.smtp_server import SMTPServer
from tests.scenes import begin, executions, fresh, let_time_pass, live, messages, say, work


@pytest.fixture
def server(inside: Flask) -> Iterator[SMTPServer]:
    with SMTPServer() as server:
        inside.extensions["mail"] = Mail(server.url(sender="shop@example.org"))
        yield server


def mailed(**parts: Any) -> str:
    """A conversation in which a workflow is about to send an e-mail."""
    start, letter = when("go"), action("send_email", "Mail", configuration=parts)
    fine, bad = send("fine", "Fine"), redirect("technical", "Bad")
    ways = [connection(start, letter), connection(letter, fine), connection(letter, bad, "failure")]
    live(document([start, letter, fine, bad], ways))
    conversation = begin()
    say(conversation, "go")
    return conversation


def step(conversation: str) -> Step:
    db.session.rollback()
    return executions(conversation)[0].steps[1]


def test_p21_a_letter_arrives_filled_and_the_step_says_so(server: SMTPServer) -> None:
    conversation = mailed(to="ops@example.org, b@example.org", subject="سلام {{user.first_name}}\nBcc: x", body="متن")
    assert server.received == []
    work(MAKE_CALL)
    (got,) = server.received
    assert (got.sender, got.recipients) == ("shop@example.org", ["ops@example.org", "b@example.org"])
    assert (got.subject, got.text.strip()) == ("سلام Ada Bcc: x", "متن")
    assert step(conversation).data["message_id"] == got.message["Message-ID"]
    assert messages(conversation, "marketing") == ["fine"]


def test_p21_it_is_tried_again_under_the_same_id(server: SMTPServer) -> None:
    server.answers("DATA", "451 4.3.0 later")
    conversation = mailed(to="ops@example.org", body="text")
    work(MAKE_CALL)
    assert step(conversation).outcome is None
    let_time_pass()
    assert (len(server.received), step(conversation).data["attempts"]) == (1, 2)


def test_a_refusal_for_good_takes_failure_with_its_reason(server: SMTPServer) -> None:
    server.answers("RCPT", "550 5.1.1 no such user")
    conversation = mailed(to="ops@example.org", body="text")
    work(MAKE_CALL)
    assert (step(conversation).outcome, "550 5.1.1" in step(conversation).reason) == ("failed", True)
    assert fresh(conversation).destination == "technical"


def test_without_a_recipient_it_goes_to_the_customer(server: SMTPServer) -> None:
    conversation = mailed(body="text")
    assert step(conversation).reason == "the customer has no e-mail address"


def test_without_a_mail_server_it_fails_and_says_so(inside: Flask) -> None:
    conversation = mailed(to="ops@example.org", body="text")
    work(MAKE_CALL)
    assert step(conversation).reason == "no mail server is configured"
