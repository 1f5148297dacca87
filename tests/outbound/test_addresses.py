"""Which addresses, ports and names are called, and which never."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis.strategies import ip_addresses

from fikoadmin.outbound import NotAllowed, Outbound
from fikoadmin.outbound.addresses import AllowList, is_public
from tests.fakes.receiver import Receiver
from tests.outbound.calling import LOOPBACK, post, refusal


def names(*addresses: str) -> Outbound:
    """An Outbound for which every name has these addresses."""
    return Outbound((), resolve=lambda host, port: addresses)


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
