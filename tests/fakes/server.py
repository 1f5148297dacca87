"""What the servers of the outside world have in common."""

from __future__ import annotations

import select
import socket
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

WAIT_SECONDS = 20.0
CERTIFICATE = Path(__file__).with_name("hooks.example.org.pem")
"""Signed by itself and for that name only; its key is for tests and open to everybody."""


class Connection(BaseHTTPRequestHandler):
    """One connection to a LocalServer, which decides what to answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            self.server.owner.answer(self, body)
        except (ConnectionError, TimeoutError):
            self.close_connection = True

    do_GET = do_PUT = do_PATCH = do_DELETE = do_POST

    def reply(self, status: int, body: bytes, **headers: str) -> None:
        """Sends one complete answer; underscores in header names stand for hyphens."""
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def begin_chunks(self, content_type: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, data: bytes) -> None:
        """One chunk; the empty one ends the answer."""
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def drop(self) -> None:
        """Closes the connection as a crashed server would."""
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def wait(self, until: threading.Event) -> bool:
        """Waits for the event; false where the client hung up, or the test ended, before it came."""
        while not until.wait(0.02):
            if self.server.owner.stopping.is_set() or self._client_left():
                self.close_connection = True
                return False
        return True

    def _client_left(self) -> bool:
        readable, _, _ = select.select([self.connection], [], [], 0)
        left = bool(readable) and self.connection.recv(1, socket.MSG_PEEK) == b""
        if left:
            self.server.owner.hung_up.set()
        return left

    def log_message(self, format: str, *args: object) -> None:
        """Tests read what was recorded, not a log."""


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, owner: LocalServer) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.owner = owner
        if owner.certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(owner.certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what many tests are about, and no news."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]

    def get_request(self) -> tuple[socket.socket, object]:
        self.owner.connections += 1
        return super().get_request()


class LocalServer:
    """An HTTP server on a free port of this machine, for the time of a `with` block.

    `connections` counts those it accepted; `hung_up` is set when a client left in the middle of a wait.
    With a `certificate` (its key in the same file) it speaks TLS.
    """

    def __init__(self, certificate: Path | None = None) -> None:
        self.certificate = certificate
        self.connections = 0
        self.hung_up = threading.Event()
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._listener = _Listener(self)
        self.port = int(self._listener.server_address[1])
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join(WAIT_SECONDS)

    def answer(self, connection: Connection, body: bytes) -> None:
        raise NotImplementedError
