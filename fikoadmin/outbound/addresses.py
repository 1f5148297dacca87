"""Which addresses operators may make this server call: public ones, and those the installation allows.

The tables are our own because `is_global` of the standard library answers differently from one patch
release of Python 3.11 to the next.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from ..words import P_
from .problems import NotAllowed

PORT = P_("port %(port)s is not allowed")
ADDRESS = P_("address %(address)s is not allowed")

Resolve = Callable[[str, int], Sequence[str]]

NOT_PUBLIC = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; 100.100.100.200 is a cloud's metadata service
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata service on an otherwise public network
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
PUBLIC_6 = IPv6Network("2000::/3")
NOT_PUBLIC_6 = tuple(
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocol assignments; Teredo hides an IPv4 address in here
        "2001:db8::/32",
        "2002::/16",  # 6to4, given up, hides an IPv4 address
        "3fff::/20",
    )
)
MAPPED = IPv6Network("::ffff:0:0/96")
NAT64 = IPv6Network("64:ff9b::/96")

# Below 1024 live the services of the system itself, many of which read lines and would take those of an
# HTTP body for commands (mail, printing, shells). Web servers are on 80 and 443 or on a port of their own.
WEB_PORTS = (80, 443)
FIRST_OWN_PORT = 1024


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, best first, from the system's resolver (which also reads 0x7f.1)."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether the address, or the IPv4 address that it carries, belongs to the public internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC)
    if address in MAPPED or address in NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in PUBLIC_6 and not any(address in network for network in NOT_PUBLIC_6)


def any_address(host: str, port: int, address: str) -> None:
    """The check of addresses that the installation has set itself: there is none."""


class AllowList:
    """The hosts, host:port pairs and networks that may be called besides public addresses."""

    def __init__(self, entries: Sequence[str]) -> None:
        self._networks: list[IPv4Network | IPv6Network] = []
        self._hosts: set[tuple[str, int | None]] = set()
        for entry in entries:
            self._add(entry)

    def _add(self, entry: str) -> None:
        try:
            self._networks.append(ip_network(entry.strip("[]")))
        except ValueError:
            host, colon, port = entry.rpartition(":")
            named = (host, int(port)) if colon and port.isdecimal() else (entry, None)
            self._hosts.add((_plain(named[0]), named[1]))

    def check_port(self, host: str, port: int) -> None:
        """Raises NotAllowed for a port on which no web server is expected."""
        if port not in WEB_PORTS and port < FIRST_OWN_PORT and (_plain(host), port) not in self._hosts:
            raise NotAllowed(PORT % {"port": port})

    def check_address(self, host: str, port: int, address: str) -> None:
        """Raises NotAllowed unless that address of the host is public or allowed."""
        if {(_plain(host), None), (_plain(host), port)} & self._hosts:
            return
        number = ip_address(address)
        if not is_public(number) and not any(number in network for network in self._networks):
            raise NotAllowed(ADDRESS % {"address": address})


def _plain(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()
