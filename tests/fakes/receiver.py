"""A receiver of calls, as a channel's or a webhook's other end."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from pathlib import Path

from .server import Connection, LocalServer


class Receiver(LocalServer):
    """Records what arrives at `url` in `received`, headers with lower-case names, and answers 200 `{}`.

    `methods` holds the methods in the same order.

    Faults are programmed first: `fails`, `redirects`, `drips`, `silent`, `cuts_off`, `answers_with`.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        super().__init__(certificate)
        self.received: list[tuple[dict[str, str], bytes]] = []
        self.methods: list[str] = []
        self._lock = threading.Lock()
        self._failures: list[tuple[int, dict[str, str]]] = []
        self._body, self._headers = b"{}", {"Content_Type": "application/json"}
        self._fault = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def fails(self, status: int, retry_after: str | None = None, times: int = 1) -> None:
        """The next `times` calls are answered with that status."""
        headers = {"Retry_After": retry_after} if retry_after is not None else {}
        self._failures += [(status, headers)] * times

    def redirects(self, to: str, status: int = 302) -> None:
        self._failures.append((status, {"Location": to}))

    def answers_with(self, body: bytes, **headers: str) -> None:
        self._body, self._headers = body, headers

    def drips(self) -> None:
        """Every call from now on is answered by one byte of a header at a time, for ever."""
        self._fault = "drips"

    def silent(self) -> None:
        self._fault = "silent"

    def cuts_off(self) -> None:
        self._fault = "cuts off"

    def answer(self, connection: Connection, body: bytes) -> None:
        with self._lock:
            self.methods.append(connection.command)
            self.received.append(({name.lower(): value for name, value in connection.headers.items()}, body))
            failure = self._failures.pop(0) if self._failures else None
        if failure:
            connection.reply(failure[0], b"", **failure[1])
        elif self._fault:
            self._misbehave(connection)
        else:
            connection.reply(200, self._body, **self._headers)

    def _misbehave(self, connection: Connection) -> None:
        never = threading.Event()
        if self._fault == "cuts off":
            connection.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            connection.drop()
            return
        connection.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: " if self._fault == "drips" else b"")
        while not self.stopping.is_set():
            if self._fault == "silent":
                connection.wait(never)
                return
            connection.wfile.write(b"a")
            self.stopping.wait(0.02)


def verify(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """What a receiver checks, written from the description: HMAC-SHA256 over timestamp, full stop, body."""
    signed = headers["x-fiko-timestamp"].encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, "sha256").hexdigest()
    return hmac.compare_digest(expected, headers["x-fiko-signature"])
