"""E-mail out, to a real mail server on this machine."""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import characters, text

from fikoadmin.clock import now
from fikoadmin.config import Config, ConfigError
from fikoadmin.outbound import Mail, OutboundError
from tests.fakes.server import CERTIFICATE
from tests.fakes.smtp_server import CUT_OFF, DRIP, HANG, Received, SMTPServer

NAMED = "hooks.example.org"
STAGES = ("EHLO", "MAIL", "RCPT", "DATA")
ANYTHING = text(characters(exclude_categories=["Cs"]), max_size=100)


@pytest.fixture(scope="module")
def shared() -> Iterator[SMTPServer]:
    """A server for tests that leave no fault behind."""
    with SMTPServer() as server:
        yield server


@pytest.fixture
def server() -> Iterator[SMTPServer]:
    with SMTPServer() as server:
        yield server


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))


def here(host: str, port: int) -> Sequence[str]:
    """Every name is this machine."""
    return ("127.0.0.1",)


def send(
    url: str,
    *to: str,
    subject: str = "An order",
    text: str = "It has arrived.",
    message_id: str = "<step-7@fiko.example.org>",
    timeout: float = 10.0,
) -> None:
    Mail(url, here).send(to or ("sara@example.org",), subject, text, message_id=message_id, timeout=timeout)


def refusal(url: str, *to: str, timeout: float = 10.0) -> tuple[str, bool]:
    with pytest.raises(OutboundError) as caught:
        send(url, *to, timeout=timeout)
    return caught.value.reason, caught.value.temporary


def only(server: SMTPServer) -> Received:
    (received,) = server.received
    return received


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


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("implicit", [False, True])
def test_tls_and_an_account(implicit: bool) -> None:
    with SMTPServer(CERTIFICATE, implicit, {"shop@example.org": "p@ss:/?#%"}) as server:
        send(server.url("shop@example.org", "p@ss:/?#%", NAMED))
        received = only(server)
    # Without from= the sender is the user, where that is an address.
    assert (received.secure, received.user, received.sender) == (True, "shop@example.org", "shop@example.org")


@pytest.mark.usefixtures("trusted")
def test_without_an_account_tls_is_used_where_it_is_offered() -> None:
    with SMTPServer(CERTIFICATE) as server:
        send(server.url(host=NAMED))
        received = only(server)
    assert (received.secure, received.user, received.sender) == (True, None, f"fiko@{NAMED}")


def test_a_password_is_never_sent_in_clear(server: SMTPServer) -> None:
    reason = "the mail server offers no secure connection, and the password is not sent without one"
    assert refusal(server.url("shop", "secret")) == (reason, False)
    send(server.url())
    assert only(server).sender == "fiko@localhost"


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize(
    ("replies", "numbers", "temporary"), [([], "535 5.7.8", False), (["454 4.7.0 busy"] * 2, "454 4.7.0", True)]
)
def test_an_account_that_is_not_accepted(replies: list[str], numbers: str, temporary: bool) -> None:
    with SMTPServer(CERTIFICATE, implicit=True, accounts={"shop": "secret"}) as server:
        server.answers("AUTH", *replies)
        refused = refusal(server.url("shop", "wrong", NAMED))
    assert refused == (f"the mail server refused user name and password ({numbers})", temporary)


@pytest.mark.usefixtures("trusted")
def test_a_server_that_takes_no_accounts_is_said() -> None:
    with SMTPServer(CERTIFICATE, implicit=True) as server:
        server.answers("EHLO", "250 mail.example.org")
        reason = "the mail server offers no way to sign in that is known here"
        assert refusal(server.url("shop", "secret", NAMED)) == (reason, False)


@pytest.mark.parametrize("implicit", [False, True])
def test_the_certificate_must_be_trusted_and_the_names(monkeypatch: pytest.MonkeyPatch, implicit: bool) -> None:
    with SMTPServer(CERTIFICATE, implicit) as server:
        reason, temporary = refusal(server.url(host=NAMED))
        assert (reason, temporary) == ("certificate not accepted: self-signed certificate", False)
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
        reason, temporary = refusal(server.url(host="other.example.org"))
        assert reason.startswith("certificate not accepted: Hostname mismatch")
        assert not temporary
        assert server.received == []


@pytest.mark.usefixtures("trusted")
def test_what_was_said_before_tls_counts_for_nothing() -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)

    def somebody_on_the_way() -> None:
        with listener.accept()[0] as plain:
            plain.sendall(b"220 hello\r\n")
            for said in (b"250-mail\r\n250 STARTTLS\r\n", b"220 go ahead\r\n250 welcome\r\n"):
                plain.recv(1000)
                plain.sendall(said)
            with context.wrap_socket(plain, server_side=True) as secure:
                secure.recv(1000)
                secure.sendall(b"554 5.7.0 no\r\n")
                secure.recv(1000)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listening = threading.Thread(target=somebody_on_the_way)
        listening.start()
        refused = refusal(f"smtp://{NAMED}:{listener.getsockname()[1]}")
        listening.join(20)
    assert refused == ("the mail server refused the connection (554 5.7.0)", False)


def from_environment(smtp_url: str, tmp_path: Path) -> Config:
    environment: Mapping[str, str] = {"FIKO_LOG_FILE": str(tmp_path / "log"), "FIKO_SECRET_KEY": "k" * 16}
    return Config.from_environment({**environment, "FIKO_SMTP_URL": smtp_url})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "smtp://127.0.0.1:2525",
        "smtp://mail.example.org/",
        "smtps://shop%40example.org:p%40ss%3A%2F@mail.example.org:465/?from=fiko+shop@example.org",
        "smtp://mail.example.org?from=fiko%40example.org",
    ],
)
def test_a_mail_server_can_be_set(url: str, tmp_path: Path) -> None:
    assert from_environment(url, tmp_path).smtp_url == url


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mail.example.org", "must be a URL that begins with smtp:// or smtps://"),
        ("http://mail.example.org", "must be a URL that begins with smtp:// or smtps://"),
        ("smtp://mail.example.org:99999", "must be a URL that begins with smtp:// or smtps://"),
        ("smtp://mail.example.org:0", "must be like smtp://user:password@host:587/?from=name@example.org"),
        ("smtp://:25", "must be like smtp://user:password@host:587/?from=name@example.org"),
        ("smtp://mail.example.org/inbox", "must be like smtp://user:password@host:587/?from=name@example.org"),
        ("smtp://shop:p/ss@mail.example.org", "must be"),
        ("smtp://shop:secret#1@mail.example.org", "must be"),
        ("smtp://shop@mail.example.org", "must have both user and password, in plain ASCII, or neither"),
        ("smtp://:secret@mail.example.org", "must have both user and password, in plain ASCII, or neither"),
        ("smtp://shop:رمز@mail.example.org", "must have both user and password, in plain ASCII, or neither"),
        ("smtp://mail.example.org/?form=a@example.org", "after the ? must be from= and one e-mail address"),
        ("smtp://mail.example.org/?from=shop", "after the ? must be from= and one e-mail address"),
        ("smtp://mail.example.org/?from=a@b.org%0D%0ABcc:c@d.org", "after the ? must be from= and one e-mail address"),
        ("smtp://mail.example.org/?from=a@b.org,c@d.org", "after the ? must be from= and one e-mail address"),
    ],
)
def test_p29_a_wrong_mail_server_is_one_line_that_says_what_would_be_right(url: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"FIKO_SMTP_URL: {said}")) as caught:
        from_environment(url, tmp_path)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)
