"""Calls to other servers, over real sockets on this machine."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from fikoadmin.outbound import (
    IDEMPOTENCY_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    Cancelled,
    NotAllowed,
    Outbound,
    OutboundError,
    Response,
    sign,
)
from fikoadmin.outbound.addresses import AllowList, is_public
from fikoadmin.outbound.client import METHODS
from tests.fakes.receiver import Receiver, verify
from tests.fakes.server import CERTIFICATE

LOOPBACK = ("127.0.0.1",)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


def post(outbound: Outbound, url: str, timeout: float = 10.0, limit: int = 1000) -> Response:
    return outbound.request("POST", url, b"{}", {}, timeout=timeout, max_response_bytes=limit)


def refusal(outbound: Outbound, url: str, timeout: float = 10.0) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        post(outbound, url, timeout).expect_success()
    return caught.value


def names(*addresses: str) -> Outbound:
    """An Outbound for which every name has these addresses."""
    return Outbound((), resolve=lambda host, port: addresses)


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
    ("address", "shown"),
    [
        ("127.0.0.1", None),
        ("127.8.9.10", None),
        ("10.0.0.1", None),
        ("172.31.255.255", None),
        ("192.168.1.1", None),
        ("100.64.0.1", None),
        ("100.100.100.200", None),
        ("169.254.169.254", None),
        ("168.63.129.16", None),
        ("192.0.0.192", None),
        ("0.0.0.0", None),
        ("0.1.2.3", None),
        ("224.0.0.1", None),
        ("240.0.0.1", None),
        ("255.255.255.255", None),
        ("[::1]", "::1"),
        ("[::]", "::"),
        ("[fe80::1]", "fe80::1"),
        ("[fd00:ec2::254]", "fd00:ec2::254"),
        ("[fec0::1]", "fec0::1"),
        ("[ff02::1]", "ff02::1"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        ("[::ffff:a9fe:a9fe]", "::ffff:169.254.169.254"),
        ("[::127.0.0.1]", "::127.0.0.1"),
        ("[64:ff9b::7f00:1]", "64:ff9b::7f00:1"),
        ("[64:ff9b::a9fe:a9fe]", "64:ff9b::a9fe:a9fe"),
        ("[64:ff9b:1::a00:1]", "64:ff9b:1::a00:1"),
        ("[2002:7f00:1::1]", "2002:7f00:1::1"),
        ("[2001:0:7f00:1::1]", "2001:0:7f00:1::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("127。0。0。1", "127.0.0.1"),
        ("[::ffff:0:127.0.0.1]", "::ffff:0:7f00:1"),
        ("[64:ff9b:1:a00:1::]", "64:ff9b:1:a00:1::"),
        ("[2002:a9fe:a9fe::]", "2002:a9fe:a9fe::"),
        ("[5f00::1]", "5f00::1"),
        ("[3fff::1]", "3fff::1"),
    ],
)
def test_an_address_that_is_not_public_is_not_called(address: str, shown: str | None) -> None:
    refused = refusal(Outbound(()), f"http://{address}:8080/")
    assert isinstance(refused, NotAllowed)
    assert refused.reason == f"address {shown or address} is not allowed"
    assert not refused.temporary


# The last public address before and the first after each network that is not.
@pytest.mark.parametrize(
    "address",
    [
        "1.0.0.0",
        "9.255.255.255",
        "11.0.0.0",
        "100.63.255.255",
        "100.128.0.0",
        "126.255.255.255",
        "128.0.0.0",
        "168.63.129.15",
        "168.63.129.17",
        "169.253.255.255",
        "169.255.0.0",
        "172.15.255.255",
        "172.32.0.0",
        "191.255.255.255",
        "192.0.1.0",
        "192.167.255.255",
        "192.169.0.0",
        "198.17.255.255",
        "198.20.0.0",
        "223.255.255.255",
        "2001:200::",
        "2001:db7:ffff::",
        "2001:db9::",
        "2003::",
        "2606:4700::6810:84e5",
        "3ffe:ffff::",
        "64:ff9b::808:808",
        "::ffff:8.8.8.8",
    ],
)
def test_a_public_address_passes_the_check(address: str) -> None:
    AllowList(()).check_address("example.org", 443, address)


@given(ip_addresses())
def test_nothing_is_public_that_the_standard_library_calls_private(address: IPv4Address | IPv6Address) -> None:
    carried = getattr(address, "ipv4_mapped", None)
    assert not is_public(address) or (carried or address).is_global


@pytest.mark.parametrize("addresses", [("127.0.0.1",), ("93.184.215.14", "127.0.0.1"), ("fe80::1%lo",)])
def test_a_name_that_resolves_to_a_private_address_is_not_called(addresses: Sequence[str]) -> None:
    refused = refusal(names(*addresses), "https://hooks.example.org/")
    assert refused.reason == f"address {addresses[-1]} is not allowed"


def test_a_name_is_resolved_once_and_its_answer_is_the_one_that_is_called(receiver: Receiver) -> None:
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.2",) if len(asked) == 1 else ("127.0.0.1",)

    outbound = Outbound(("127.0.0.2/32",), resolve=rebinding)
    refused = refusal(outbound, f"http://rebinding.example.org:{receiver.port}/")
    assert (refused.reason, asked) == ("connection refused", ["rebinding.example.org"])
    assert receiver.received == []


def test_the_host_header_keeps_the_name(receiver: Receiver) -> None:
    outbound = Outbound(LOOPBACK, resolve=lambda host, port: LOOPBACK)
    post(outbound, f"http://hooks.example.org:{receiver.port}/hook")
    assert receiver.received[0][0]["host"] == f"hooks.example.org:{receiver.port}"


def test_an_address_that_does_not_answer_is_followed_by_the_next(receiver: Receiver) -> None:
    outbound = Outbound(("127.0.0.0/8",), resolve=lambda host, port: ("127.0.0.3", "127.0.0.1"))
    assert post(outbound, f"http://hooks.example.org:{receiver.port}/").status == 200


@pytest.mark.parametrize("entry", ["127.0.0.1", "127.0.0.0/8", "LOCALHOST", "localhost:{port}"])
def test_the_installation_can_allow_hosts_ports_and_networks(receiver: Receiver, entry: str) -> None:
    host = "localhost" if "local" in entry.lower() else "127.0.0.1"
    outbound = Outbound((entry.format(port=receiver.port),), resolve=lambda host, port: LOOPBACK)
    assert post(outbound, f"http://{host}:{receiver.port}/").status == 200


def test_an_allowed_host_and_port_allows_no_other_port(receiver: Receiver) -> None:
    outbound = Outbound((f"127.0.0.1:{receiver.port + 1}",))
    assert refusal(outbound, receiver.url).reason == "address 127.0.0.1 is not allowed"


@pytest.mark.parametrize("port", [1, 22, 25, 110, 631, 1023])
def test_ports_of_system_services_are_not_called(port: int) -> None:
    assert refusal(Outbound(LOOPBACK), f"http://127.0.0.1:{port}/").reason == f"port {port} is not allowed"


def test_a_port_that_is_named_with_its_host_is_called() -> None:
    assert refusal(Outbound(("127.0.0.1:1",)), "http://127.0.0.1:1/").reason == "connection refused"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "//example.org/",
        "example.org",
        "",
        "http://",
        "http://user:secret@example.org/",
        "http://example.org:99999/",
        "http://example.org:0/",
        "http://0177.0.0.1/",
        "http://①②⑦.⓪.⓪.①/",
        "http://exa\nmple.org/",
        "http://[::1/",
        "http://\0/",
        "http://" + "a" * 70_000,
    ],
)
def test_what_is_not_a_plain_web_address_is_refused(url: str) -> None:
    refused = refusal(Outbound(()), url)
    assert isinstance(refused, NotAllowed)
    assert "secret" not in refused.reason


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    with Receiver() as private:
        receiver.redirects(private.url, status)
        refused = refusal(Outbound((f"127.0.0.1:{receiver.port}",)), receiver.url)
        assert (refused.reason, refused.temporary) == (
            "the address redirects to another one, which is not followed",
            False,
        )
        assert private.received == []


def test_a_connection_of_the_installation_is_not_lent_to_an_operators_webhook(receiver: Receiver) -> None:
    outbound = Outbound(())
    outbound.request("POST", receiver.url, b"", {}, timeout=10, max_response_bytes=10, check_address=False)
    assert refusal(outbound, receiver.url).reason == "address 127.0.0.1 is not allowed"


def test_proxies_of_the_environment_are_not_used(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1/")
    assert post(Outbound(LOOPBACK), receiver.url).status == 200


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
