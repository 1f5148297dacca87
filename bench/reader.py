"""An operator who reads pages in this process, and an empty page of the same layout to compare them with."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from contextvars import Context
from typing import Any

from flask import Flask, render_template

from bench.rounds import in_turn
from fikoadmin.web.access import permitted
from tests.web.browsing import signed_in_as

EMPTY = "/empty"
LAYOUT = '{% extends "base.html" %}{% block title %}Empty{% endblock %}'
READS = 60


class Reader:
    """Somebody who has signed in. Pages are asked for as a server does it; Flask's test client costs more than some."""

    def __init__(self, app: Flask) -> None:
        """Before the app's first request: the empty page is added to it."""
        template = app.jinja_env.from_string(LAYOUT)

        @app.get(EMPTY)
        @permitted("viewer")
        def empty() -> str:
            return render_template(template)

        self._app = app
        self.cookie = cookie_of_operator(app)

    def get(self, path: str) -> str:
        """The page; anything but a 200 fails."""
        answered: list[str] = []

        def start(status: str, *_: Any) -> Any:
            answered.append(status)

        # What this process has begun is none of the page's: it begins its own, as in a server's thread.
        body = b"".join(Context().run(self._app, self._environment(path), start))
        assert answered == ["200 OK"], (path, answered)
        return body.decode()

    def in_empty_pages(self, path: str) -> float:
        """The server's time for that page, in empty ones; read in turn, so that what else runs falls on both."""
        return in_turn(lambda _n: self._seconds(path), lambda _n: self._seconds(EMPTY), READS).ratio

    def _seconds(self, path: str) -> float:
        return seconds(lambda: self.get(path), 1)

    def _environment(self, path: str) -> dict[str, Any]:
        path, _, query = path.partition("?")
        return {
            "REQUEST_METHOD": "GET", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": query,
            "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "127.0.0.1", "HTTP_COOKIE": self.cookie, "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(), "wsgi.errors": io.StringIO(), "wsgi.multithread": True,
            "wsgi.multiprocess": False, "wsgi.run_once": False,
        }  # fmt: skip


def cookie_of_operator(app: Flask) -> str:
    """The header of a new operator who has signed in there."""
    client = Context().run(signed_in_as, app, "operator", email="bench@fiko.local").client
    session = client.get_cookie("fiko_session")
    assert session
    return f"fiko_session={session.value}"


def seconds(work: Callable[[], object], times: int) -> float:
    """Of one `work`, over that many times."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return (time.perf_counter() - began) / times
