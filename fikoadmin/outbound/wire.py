"""Sockets that keep one deadline for a whole call and can be given up while the other side is silent.

The protocol libraries' own time-outs are per read, so a server that drips bytes could hold a worker for ever.
Here every wait is cut into short looks at the call that is going on.
"""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TypeVar

import httpcore2

from ..words import N_, P_
from .addresses import Resolve
from .problems import Cancelled, OutboundError

TIMED_OUT = P_("timed out after %(seconds)s s")
NOT_FOUND = P_("host %(host)s was not found")
NO_HOST_NAME = P_("host %(host)s is not a host name")
CERTIFICATE = P_("certificate not accepted: %(reason)s")

LOOK_SECONDS = 0.25
NO_TLS = N_("no secure connection could be agreed on")
CLOSED = N_("connection closed by the other side")
NO_CONNECTION = {
    errno.ECONNREFUSED: N_("connection refused"),
    errno.EHOSTUNREACH: N_("no route to host"),
    errno.ENETUNREACH: N_("network is unreachable"),
    errno.ETIMEDOUT: N_("connection timed out"),
}
Result = TypeVar("Result")


class Call:
    """One call: how long it may take in all, and whether anybody still wants its answer."""

    def __init__(self, timeout: float, cancelled: Callable[[], bool]) -> None:
        self._timeout = timeout
        self._deadline = time.monotonic() + timeout
        self._cancelled = cancelled
        self._next_look = 0.0

    def remaining(self) -> float:
        return self._deadline - time.monotonic()

    def look(self) -> float:
        """Seconds to wait before looking again; raises Cancelled or OutboundError where waiting is over.

        `cancelled` may read the database, so it is not asked more often than needed.
        """
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            if self._cancelled():
                raise Cancelled
        if self.remaining() <= 0:
            raise OutboundError(TIMED_OUT % {"seconds": f"{self._timeout:g}"}, temporary=True)
        return min(LOOK_SECONDS, self.remaining())


# The protocol libraries hand their sockets a time-out only, so the call reaches them by this road.
current: ContextVar[Call] = ContextVar("current")


@contextmanager
def one_call(timeout: float, cancelled: Callable[[], bool] = lambda: False) -> Iterator[None]:
    """A block in which every socket of this module keeps that deadline; raises as `Call.look`."""
    token = current.set(Call(timeout, cancelled))
    try:
        current.get().look()
        yield
    finally:
        current.reset(token)


class Network(httpcore2.NetworkBackend):
    """Connects to the very address that was checked, whatever the name resolves to a moment later."""

    def __init__(self, resolve: Resolve, check: Callable[[str, int, str], None]) -> None:
        self._resolve = resolve
        self._check = check

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        addresses = self._addresses(host, port)
        for address in addresses:
            # One forbidden address among good ones is how a name is turned against us: all are refused.
            self._check(host, port, address)
        return Stream(_connect_to_one(addresses, port))

    def _addresses(self, host: str, port: int) -> Sequence[str]:
        # The system's resolver cannot be interrupted: a thread waits for it so that we need not.
        answers: list[Sequence[str] | BaseException] = []
        done = threading.Event()

        def ask() -> None:
            try:
                answers.append(self._resolve(host, port))
            except BaseException as error:
                answers.append(error)
            finally:
                done.set()

        threading.Thread(target=ask, daemon=True, name="resolve").start()
        while not done.wait(current.get().look()):
            pass
        answer = answers[0]
        if isinstance(answer, OSError) or not answer:
            raise OutboundError(NOT_FOUND % {"host": host}, temporary=True)
        if isinstance(answer, UnicodeError):
            raise OutboundError(NO_HOST_NAME % {"host": host}, temporary=False) from answer
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Stream(httpcore2.NetworkStream):
    """A connected socket; the time-outs it is given count for nothing beside those of the call."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._patiently(lambda: self._socket.recv(max_bytes))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        view = memoryview(buffer)
        try:
            while view:
                part = view
                view = view[self._patiently(lambda: self._socket.send(part)) :]  # noqa: B023
        except OutboundError as error:
            if isinstance(error.__cause__, OSError):
                # A server may answer early and close; the library then goes on to read that answer.
                raise httpcore2.WriteError(error.reason) from error.__cause__
            raise

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            secured = ssl_context.wrap_socket(
                self._socket, server_hostname=server_hostname, do_handshake_on_connect=False
            )
            self._socket = secured
            self._patiently(secured.do_handshake)
        except BaseException:
            self.close()
            raise
        return self

    def get_extra_info(self, info: str) -> object:
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        if info == "is_readable":
            return bool(_poll(self._socket, select.POLLIN, 0))
        return None

    def _patiently(self, operation: Callable[[], Result]) -> Result:
        while True:
            self._socket.settimeout(current.get().look())
            try:
                with contextlib.suppress(TimeoutError):
                    return operation()
            except OSError as error:
                raise _failure(error) from error


def _connect_to_one(addresses: Sequence[str], port: int) -> socket.socket:
    call = current.get()
    failed: OSError | None = None
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            # An address that swallows everything must leave time for the next one.
            return _connect(address, port, call, time.monotonic() + call.remaining() / left)
        except OSError as error:
            failed = error
    assert failed is not None
    raise _failure(failed) from failed


def _connect(address: str, port: int, call: Call, give_up_at: float) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    connecting = socket.socket(family, socket.SOCK_STREAM)
    try:
        connecting.setblocking(False)
        code = connecting.connect_ex((address, port))
        while code == errno.EINPROGRESS:
            if _poll(connecting, select.POLLOUT, call.look()):
                code = connecting.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            elif time.monotonic() > give_up_at:
                code = errno.ETIMEDOUT
        if code:
            raise OSError(code, os.strerror(code))
        connecting.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        connecting.close()
        raise
    return connecting


def _poll(watched: socket.socket, event: int, seconds: float) -> list[tuple[int, int]]:
    # Not select(): it cannot watch file numbers above 1,023, which a server with many streams has.
    poll = select.poll()
    poll.register(watched, event)
    return poll.poll(seconds * 1000)


def _failure(error: OSError) -> OutboundError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return OutboundError(CERTIFICATE % {"reason": error.verify_message}, temporary=False)
    if isinstance(error, ssl.SSLError):
        return OutboundError(NO_TLS, temporary=True)
    if isinstance(error, ConnectionResetError | BrokenPipeError):
        return OutboundError(CLOSED, temporary=True)
    said = (error.strerror or type(error).__name__).lower()
    return OutboundError(NO_CONNECTION.get(error.errno or 0, said), temporary=True)
