"""Calls to other servers: one request, one attempt, one deadline, a bounded answer."""

from __future__ import annotations

import os
import ssl
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

import httpcore2
import httpx2

from ..clock import now
from ..words import N_, P_
from .addresses import AllowList, Resolve, any_address, resolve
from .problems import NotAllowed, OutboundError
from .wire import Network, one_call

NO_SUCH_PORT = P_("port %(port)s does not exist")
NOT_YOUR_HEADER = P_("header %(header)s cannot be chosen")
ANSWERED = P_("answered %(status)s")

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# A server may refuse these where nothing says how long their body is, if only that there is none.
BODIED_METHODS = ("POST", "PUT", "PATCH")
IDLE_CONNECTIONS = 20
IDLE_SECONDS = 15.0
# They decide where one request ends and the next begins: only the code that writes them may set them.
OWN_HEADERS = frozenset(("host", "content-length", "transfer-encoding", "connection", "accept-encoding"))
LATER_STATUSES = frozenset((408, 425, 429))
# A service that asks to be left alone for a year must not park a customer's message for a year.
LONGEST_RETRY_AFTER = 3600.0

NO_METHOD = N_("the method must be GET, POST, PUT, PATCH or DELETE")
NO_ADDRESS = N_("not a web address: it must begin with http:// or https:// and a host")
CREDENTIALS = N_("an address must not carry a user name or password")
REDIRECTED = N_("the address redirects to another one, which is not followed")
MALFORMED_HEADER = N_("a header cannot be sent: it is malformed")
NOT_ASCII = N_("a header cannot be sent: it is not plain ASCII")
BROKEN = N_("connection broken before the answer was complete")


@dataclass(frozen=True)
class Response:
    """An answer of any status. `headers` has lower-case names; `elapsed` is in seconds.

    `body` is at most as long as the caller allowed, `truncated` where there was more: what the status
    says is not lost because a receiver sends a long page along with it.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    elapsed: float
    truncated: bool = False

    def expect_success(self) -> None:
        """Raises OutboundError unless the status is 2xx."""
        _expect_success(self.status, self.headers)


@dataclass(frozen=True)
class Incoming:
    """An answer whose body is still arriving; `chunks` raises OutboundError where it breaks off."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]

    def expect_success(self) -> None:
        """Raises OutboundError unless the status is 2xx."""
        _expect_success(self.status, self.headers)


class Outbound:
    """Speaks HTTP to other servers; safe to use from many threads.

    `allow` holds what FIKO_OUTBOUND_ALLOW lists: hosts, host:port, addresses, networks.
    """

    def __init__(self, allow: Sequence[str], resolve: Resolve = resolve) -> None:
        self._allow = AllowList(allow)
        self._resolve = resolve
        self._lock = threading.Lock()
        self._pools: dict[tuple[bool, str], httpcore2.ConnectionPool] = {}
        self._pid = 0
        weakref.finalize(self, _close, self._pools)

    def request(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        timeout: float,
        max_response_bytes: int,
        check_address: bool = True,
    ) -> Response:
        """Calls once and reads the answer, whatever its status.

        `method` is one of METHODS, `body` None for none. `timeout` is in seconds and covers all of it, from the
        name's resolution to the last byte. `check_address=False` is for addresses that the installation itself
        has set. Raises OutboundError.
        """
        began = time.monotonic()
        with self.stream(method, url, body, headers, timeout=timeout, check_address=check_address) as incoming:
            received = bytearray()
            for chunk in incoming.chunks:
                received += chunk
                if len(received) > max_response_bytes:
                    break
        return Response(
            incoming.status,
            incoming.headers,
            bytes(received[:max_response_bytes]),
            time.monotonic() - began,
            truncated=len(received) > max_response_bytes,
        )

    @contextmanager
    def stream(
        self,
        method: str,
        url: str,
        body: bytes | None,
        headers: Mapping[str, str],
        *,
        timeout: float,
        check_address: bool = True,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Incoming]:
        """As `request`, for an answer that is read while it arrives.

        `cancelled` is asked every 0.25 s, silent server or not; once true, the connection is closed and
        Cancelled raised. Leaving the block early closes the connection too.
        """
        if method not in METHODS:
            raise OutboundError(NO_METHOD, temporary=False)
        target = self._target(url, check_address)
        content = b"" if body is None and method in BODIED_METHODS else body
        pool = self._pool(check_address, target.scheme)
        try:
            with (
                one_call(timeout, cancelled),
                pool.stream(
                    method, _wire_url(target), headers=_wire_headers(target, headers), content=content
                ) as answer,
            ):
                yield Incoming(answer.status, _readable(answer.headers), answer.iter_stream())
        except httpcore2.LocalProtocolError as error:
            raise OutboundError(MALFORMED_HEADER, temporary=False) from error
        except (httpcore2.NetworkError, httpcore2.ProtocolError) as error:
            raise OutboundError(BROKEN, temporary=True) from error

    def _target(self, url: str, check_address: bool) -> httpx2.URL:
        try:
            target = httpx2.URL(url)
        except httpx2.InvalidURL as error:
            raise NotAllowed(NO_ADDRESS) from error
        if target.scheme not in ("http", "https") or not target.host:
            raise NotAllowed(NO_ADDRESS)
        if not 0 < _port(target) < 65536:
            raise NotAllowed(NO_SUCH_PORT % {"port": _port(target)})
        if target.userinfo:
            raise NotAllowed(CREDENTIALS)
        if check_address:
            self._allow.check_port(target.raw_host.decode(), _port(target))
        return target

    def _pool(self, check_address: bool, scheme: str) -> httpcore2.ConnectionPool:
        """The process's connections, checked and unchecked ones apart.

        A connection that the installation's own AI address opened to a private host must not be there
        for an operator's webhook to reuse.
        """
        with self._lock:
            if self._pid != os.getpid():  # sockets that were open before a fork belong to the parent
                self._pools.clear()
                self._pid = os.getpid()
            if (check_address, scheme) not in self._pools:
                self._pools[check_address, scheme] = self._new_pool(check_address, scheme)
            return self._pools[check_address, scheme]

    def _new_pool(self, check_address: bool, scheme: str) -> httpcore2.ConnectionPool:
        # The pool alone, without the client on top of it: what that would add (redirects, cookies,
        # proxies from the environment, unpacking of compressed bodies) is what must not happen here.
        check = self._allow.check_address if check_address else any_address
        return httpcore2.ConnectionPool(
            # Reading the system's certificates takes long, so only where they are needed.
            ssl_context=ssl.create_default_context() if scheme == "https" else None,
            max_connections=None,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_SECONDS,
            network_backend=Network(self._resolve, check),
        )


def _close(pools: dict[tuple[bool, str], httpcore2.ConnectionPool]) -> None:
    for pool in pools.values():
        pool.close()


def _port(target: httpx2.URL) -> int:
    default = 443 if target.scheme == "https" else 80
    return default if target.port is None else target.port


def _wire_url(target: httpx2.URL) -> httpcore2.URL:
    return httpcore2.URL(scheme=target.raw_scheme, host=target.raw_host, port=_port(target), target=target.raw_path)


def _wire_headers(target: httpx2.URL, headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    for name in headers:
        if name.strip().lower() in OWN_HEADERS:
            raise OutboundError(NOT_YOUR_HEADER % {"header": name}, temporary=False)
    # Nothing compressed is asked for and nothing is unpacked, so no small answer can become a huge one.
    ours = {"Host": target.netloc.decode(), "Accept-Encoding": "identity"}
    if "user-agent" not in map(str.lower, headers):
        ours["User-Agent"] = "FikoAdmin"
    try:
        return [(name.encode("ascii"), value.encode("ascii")) for name, value in {**ours, **headers}.items()]
    except UnicodeEncodeError as error:
        raise OutboundError(NOT_ASCII, temporary=False) from error


def _readable(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _expect_success(status: int, headers: Mapping[str, str]) -> None:
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        raise OutboundError(REDIRECTED, temporary=False)
    temporary = status in LATER_STATUSES or status >= 500
    raise OutboundError(ANSWERED % {"status": status}, temporary, _retry_after(headers) if temporary else None)


def _retry_after(headers: Mapping[str, str]) -> float | None:
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        seconds = float(text)
    else:
        try:
            seconds = (parsedate_to_datetime(text) - now()).total_seconds()
        except (TypeError, ValueError):  # no time, or none that can be read
            return None
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)
