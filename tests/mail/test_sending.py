"""A message arrives whole, and what the server refuses or leaves unanswered is told."""

from __future__ import annotations

import re
import socket
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import characters, text

from fikoadmin.clock import now
from fikoadmin.outbound import Mail, OutboundError
from tests.fakes.smtp_server import CUT_OFF, DRIP, HANG, SMTPServer
from tests.mail.sending import only, refusal, send

STAGES = ("EHLO", "MAIL", "RCPT", "DATA")
ANYTHING = text(characters(exclude_categories=["Cs"]), max_size=100)


def test_a_message_arrives_whole_in_persian(server: SMTPServer) -> None:
    subject, words = "سفارش شما می‌رسد: ۱۲ عدد، فردا", "سلام سارا،\n.\nسفارش‌تان می‌رسد 🙂\n" + "خط بلند " * 300
    send(server.url(sender="shop@example.org"), "sara@example.org", "omid@example.org", subject=subject, text=words)
    received = only(server)
    assert (received.sender, received.recipients) == ("shop@example.org", ["sara@example.org", "omid@example.org"])
    assert (received.subject, received.text) == (subject, words.replace("\n", "\r\n"))
    assert received.message["To"] == "sara@example.org, omid@example.org"
    assert received.message["From"] == "shop@example.org"
    assert received.message["Auto-Submitted"] == "auto-generated"
    assert abs(received.message["Date"].datetime - now()) < timedelta(minutes=1)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANYTHING, ANYTHING)
def test_any_subject_and_text_arrive_and_add_no_header(shared: SMTPServer, subject: str, words: str) -> None:
    send(shared.url(), subject=subject, text=words)
    received = shared.received.pop()
    assert received.text == re.sub(r"\r\n?|\n", "\r\n", words)
    assert received.subject == re.sub(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", subject).strip()
    assert received.message.keys() == [
        *("Content-Type", "MIME-Version", "Content-Transfer-Encoding"),
        *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted"),
    ]
    lines = received.content.split(b"\r\n")
    assert max(map(len, lines)) <= 78
    assert not any(b"\n" in line or b"\r" in line for line in lines)


def test_a_new_line_in_the_subject_adds_no_header(server: SMTPServer) -> None:
    send(server.url(), subject="An order\r\nBcc: everybody@example.org\r\n\r\nand a text", text="\ud800 is no letter")
    received = only(server)
    assert received.subject == "An order Bcc: everybody@example.org and a text"
    assert (received.message["Bcc"], received.recipients) == (None, ["sara@example.org"])
    assert received.text == "? is no letter"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sara",
        "sara@",
        "@example.org",
        "sara@example..org",
        "sara@exa mple.org",
        "sara@example.org\r\nRCPT TO:<everybody@example.org>",
        "sara\n@example.org",
        "sara@example.org\nBcc: everybody@example.org",
        "sara@example.org, omid@example.org",
        "Sara <sara@example.org>",
        "<sara@example.org>",
        "sara>@example.org",
        '"sara rad"@example.org',
        "سارا@example.org",
        "sara@example.org@example.org",
        "sara@[127.0.0.1]",
        "sara@example.org\0",
        "s" * 65 + "@example.org",
    ],
)
def test_what_is_no_address_is_refused_for_good_and_nothing_is_sent(shared: SMTPServer, address: str) -> None:
    before = shared.connections
    assert refusal(shared.url(), address) == ("the recipient is not an e-mail address", False)
    assert refusal(shared.url(), "omid@example.org", address) == ("recipient 2 of 2 is not an e-mail address", False)
    assert shared.connections == before


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        (" sara@example.org\n", "sara@example.org"),
        ("sara.rad+shop@mail.example.org", "sara.rad+shop@mail.example.org"),
        ("demo@fiko.local", "demo@fiko.local"),
        ("sara@مثال.ایران", "sara@xn--mgbh0fb.xn--mgba3a4f16a"),
    ],
)
def test_addresses_that_mail_servers_know(server: SMTPServer, address: str, sent_to: str) -> None:
    send(server.url(), address, address)
    assert only(server).recipients == [sent_to]


def test_without_a_recipient_nothing_is_sent(shared: SMTPServer) -> None:
    with pytest.raises(OutboundError, match="there is no recipient"):
        Mail(shared.url()).send([], "An order", "It has arrived.", message_id="<1@fiko>", timeout=10)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("reply", "temporary"), [("451 4.3.0 later, sara", True), ("554 5.7.1 no, sara", False)])
def test_p21_what_the_server_refuses_for_now_may_be_tried_again(
    server: SMTPServer, stage: str, reply: str, temporary: bool
) -> None:
    server.answers(stage, reply)
    what = {"EHLO": "the connection", "MAIL": "the sender", "RCPT": "the recipient", "DATA": "the message"}[stage]
    assert refusal(server.url()) == (f"the mail server refused {what} ({reply[:9]})", temporary)
    send(server.url())
    assert only(server).message["Message-ID"] == "<step-7@fiko.example.org>"


@pytest.mark.parametrize(
    ("replies", "reason", "temporary"),
    [
        (["", "550 5.1.1 sara is unknown"], "recipient 2 of 2 (550 5.1.1)", False),
        (["450 full", ""], "recipient 1 of 2 (450)", True),
        (["450 full", "550 unknown"], "recipient 2 of 2 (550)", False),
    ],
)
def test_p21_one_refused_recipient_and_nobody_gets_it(
    server: SMTPServer, replies: list[str], reason: str, temporary: bool
) -> None:
    server.answers("RCPT", *replies)
    everybody = ("omid@example.org", "sara@example.org")
    assert refusal(server.url(), *everybody) == (f"the mail server refused {reason}", temporary)
    assert server.received == []
    send(server.url(), *everybody)
    assert only(server).recipients == list(everybody)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("fault", [HANG, DRIP])
def test_p21_the_deadline_is_for_the_whole_send(server: SMTPServer, stage: str, fault: str) -> None:
    server.answers(stage, fault)
    assert refusal(server.url(), timeout=0.2) == ("timed out after 0.2 s", True)


def test_p21_a_server_that_never_greets_holds_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        assert refusal(url, timeout=0.2) == ("timed out after 0.2 s", True)


@pytest.mark.parametrize("stage", STAGES)
def test_p21_a_connection_that_is_cut_off_may_be_tried_again(server: SMTPServer, stage: str) -> None:
    server.answers(stage, CUT_OFF)
    assert refusal(server.url()) == ("connection closed by the other side", True)
    send(server.url())
    assert len(server.received) == 1


def test_p21_a_farewell_that_is_not_answered_is_no_failure(server: SMTPServer) -> None:
    server.answers("QUIT", HANG)
    send(server.url())
    assert len(server.received) == 1


def test_what_is_no_mail_server_is_said(server: SMTPServer) -> None:
    server.answers("EHLO", "HTTP/1.1 400 Bad Request")
    assert refusal(server.url()) == ("the mail server's answer could not be read", True)
    server.answers("EHLO", "250 " + "a" * 10_000)
    assert refusal(server.url()) == ("the mail server's answer could not be read", True)
    assert refusal("smtp://127.0.0.1:1") == ("connection refused", True)
    assert refusal(server.url().replace("smtp:", "smtps:")) == ("no secure connection could be agreed on", True)
