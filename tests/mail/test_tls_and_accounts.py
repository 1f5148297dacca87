"""Certificates, accounts, and passwords that are never sent in clear."""

from __future__ import annotations

import socket
import ssl
import threading

import pytest

from tests.fakes.server import CERTIFICATE
from tests.fakes.smtp_server import SMTPServer
from tests.mail.sending import NAMED, only, refusal, send


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
