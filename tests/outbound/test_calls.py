"""A call arrives whole and its answer comes back, in time and within limits, over TLS where it is asked for."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Sequence

import pytest

from fikoadmin.outbound import (
    IDEMPOTENCY_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    Cancelled,
    Outbound,
    OutboundError,
    sign,
)
from fikoadmin.outbound.client import METHODS
from tests.fakes.receiver import Receiver, verify
from tests.fakes.server import CERTIFICATE
from tests.outbound.calling import LOOPBACK, post, refusal


def test_a_signed_post_arrives_whole_and_its_answer_comes_back(receiver: Receiver) -> None:
    body = '{"content": "سلام"}'.encode()
    headers = {TIMESTAMP_HEADER: "1700000000", SIGNATURE_HEADER: sign("secret", 1700000000, body)}
    headers[IDEMPOTENCY_HEADER] = "delivery-7"
    answer = Outbound(LOOPBACK).request("POST", receiver.url, body, headers, timeout=10, max_response_bytes=1000)
    assert (answer.status, answer.body, answer.truncated) == (200, b"{}", False)
    got, received = receiver.received[0]
    assert received == body
    assert got["idempotency-key"] == "delivery-7"
    assert verify("secret", got, received)
    assert not verify("another secret", got, received)
    assert not verify("secret", got, received + b" ")
    assert not verify("secret", {**got, "x-fiko-timestamp": "1700000001"}, received)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("body", [None, b"", '{"name": "علی"}'.encode()])
def test_every_method_takes_a_body_or_none(receiver: Receiver, method: str, body: bytes | None) -> None:
    answer = Outbound(LOOPBACK).request(method, receiver.url, body, {}, timeout=10, max_response_bytes=10)
    answer.expect_success()
    headers, received = receiver.received[0]
    assert (receiver.methods, received) == ([method], body or b"")
    # Some servers answer 411 to a POST that does not say that it brings nothing.
    says_length = body is not None or method in ("POST", "PUT", "PATCH")
    assert headers.get("content-length") == (str(len(body or b"")) if says_length else None)


@pytest.mark.parametrize("method", ["HEAD", "CONNECT", "TRACE", "get", "", "GET /other HTTP/1.1\r\nHost: x\r\n\r\nGET"])
def test_other_methods_are_refused(receiver: Receiver, method: str) -> None:
    with pytest.raises(OutboundError, match="the method must be GET, POST, PUT, PATCH or DELETE"):
        Outbound(LOOPBACK).request(method, receiver.url, None, {}, timeout=10, max_response_bytes=10)
    assert receiver.connections == 0


def test_a_call_may_name_its_own_user_agent(receiver: Receiver) -> None:
    Outbound(LOOPBACK).request("GET", receiver.url, None, {"user-agent": "x"}, timeout=10, max_response_bytes=10)
    assert receiver.received[0][0]["user-agent"] == "x"


def test_connections_are_reused(receiver: Receiver) -> None:
    outbound = Outbound(LOOPBACK)
    for _ in range(5):
        post(outbound, receiver.url)
    assert receiver.connections == 1


@pytest.mark.parametrize(
    ("status", "temporary"),
    [
        (400, False),
        (401, False),
        (404, False),
        (410, False),
        (408, True),
        (429, True),
        (500, True),
        (503, True),
    ],
)
def test_a_refusal_says_whether_it_is_for_good(receiver: Receiver, status: int, temporary: bool) -> None:
    receiver.fails(status)
    refused = refusal(Outbound(LOOPBACK), receiver.url)
    assert (refused.reason, refused.temporary) == (f"answered {status}", temporary)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7.0),
        ("999999999", 3600.0),
        ("Fri, 01 Jan 1999 00:00:00 GMT", 0.0),
        ("Fri, 01 Jan 2999 00:00:00 GMT", 3600.0),
        ("Fri, 01 Jan 2999 00:00:00 -0000", None),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_read_and_bounded(receiver: Receiver, said: str, seconds: float | None) -> None:
    receiver.fails(503, retry_after=said)
    assert refusal(Outbound(LOOPBACK), receiver.url).retry_after == seconds


@pytest.mark.parametrize("fault", ["drips", "silent"])
def test_p21_the_deadline_is_for_the_whole_call(receiver: Receiver, fault: str) -> None:
    getattr(receiver, fault)()
    refused = refusal(Outbound(LOOPBACK), receiver.url, timeout=0.5)
    assert (refused.reason, refused.temporary) == ("timed out after 0.5 s", True)


def test_p21_a_resolver_that_hangs_does_not_hold_the_call() -> None:
    answered = threading.Event()

    def hanging(host: str, port: int) -> Sequence[str]:
        answered.wait(20)
        return LOOPBACK

    assert refusal(Outbound((), hanging), "http://example.org/", timeout=0.1).reason == "timed out after 0.1 s"
    answered.set()


def test_an_answer_that_breaks_off_is_no_answer(receiver: Receiver) -> None:
    receiver.cuts_off()
    refused = refusal(Outbound(LOOPBACK), receiver.url)
    assert (refused.reason, refused.temporary) == ("connection broken before the answer was complete", True)


def test_nobody_listening_and_no_such_host_may_change() -> None:
    refused = refusal(Outbound(LOOPBACK), "http://127.0.0.1:1024/")
    assert (refused.reason, refused.temporary) == ("connection refused", True)
    missing = refusal(Outbound(()), "http://nowhere.invalid/")
    assert (missing.reason, missing.temporary) == ("host nowhere.invalid was not found", True)


def test_a_long_answer_is_cut_at_the_limit_and_its_status_kept(receiver: Receiver) -> None:
    receiver.answers_with(b"a" * 500_000)
    answer = post(Outbound(LOOPBACK), receiver.url, limit=1000)
    assert (answer.status, answer.body, answer.truncated) == (200, b"a" * 1000, True)


def test_a_compressed_answer_is_not_unpacked(receiver: Receiver) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    receiver.answers_with(bomb, Content_Encoding="gzip")
    assert post(Outbound(LOOPBACK), receiver.url, limit=20_000).body == bomb
    assert receiver.received[0][0]["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    "headers",
    [{"X-A": "b\r\nX-C: d"}, {"X A": "b"}, {"X-A": "ب"}, {"host": "x"}, {"Content-Length ": "0"}, {"": "b"}],
)
def test_a_header_cannot_change_the_request(receiver: Receiver, headers: dict[str, str]) -> None:
    with pytest.raises(OutboundError, match="header") as caught:
        Outbound(LOOPBACK).request("POST", receiver.url, b"", headers, timeout=10, max_response_bytes=10)
    assert not caught.value.temporary
    assert receiver.received == []


def test_a_cancelled_call_closes_its_connection(receiver: Receiver) -> None:
    receiver.silent()
    looks = iter([False, False, True])
    with (
        pytest.raises(Cancelled),
        Outbound(LOOPBACK).stream("POST", receiver.url, b"", {}, timeout=60, cancelled=lambda: next(looks)),
    ):
        pass
    assert receiver.hung_up.wait(20)


def test_a_call_that_is_cancelled_before_it_begins_connects_to_nothing(receiver: Receiver) -> None:
    with (
        pytest.raises(Cancelled),
        Outbound(LOOPBACK).stream("POST", receiver.url, b"", {}, timeout=60, cancelled=lambda: True),
    ):
        pass
    assert receiver.connections == 0


@pytest.mark.parametrize(
    ("host", "trusted", "said"),
    [
        ("hooks.example.org", True, ""),
        ("hooks.example.org", False, "self-signed certificate"),
        ("other.example.org", True, "Hostname mismatch"),
    ],
)
def test_the_certificate_must_be_trusted_and_the_names(
    monkeypatch: pytest.MonkeyPatch, host: str, trusted: bool, said: str
) -> None:
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    outbound = Outbound(LOOPBACK, resolve=lambda host, port: LOOPBACK)
    with Receiver(CERTIFICATE) as receiver:
        url = f"https://{host}:{receiver.port}/"
        if said:
            refused = refusal(outbound, url)
            assert refused.reason.startswith(f"certificate not accepted: {said}")
            assert not refused.temporary
        else:
            assert [post(outbound, url).status for _ in range(3)] == [200, 200, 200]
            assert receiver.connections == 1


def test_a_server_that_speaks_no_tls_is_reported(receiver: Receiver) -> None:
    refused = refusal(Outbound(LOOPBACK), receiver.url.replace("http:", "https:"))
    assert (refused.reason, refused.temporary) == ("no secure connection could be agreed on", True)
