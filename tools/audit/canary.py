"""A page with planted faults: an input without a label, an invalid nesting, and more bytes than a page may load."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PAGE = Path(__file__).with_name("canary.html")
BIG = b"// " + random.Random(1).randbytes(400_000).hex().encode()
"""Compressed it is as large as the random bytes in it."""


class _Answer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body, kind = (BIG, "text/javascript") if self.path == "/big.js" else (PAGE.read_bytes(), "text/html")
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def canary() -> Iterator[str]:
    """The address of the page, for the length of the block."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
