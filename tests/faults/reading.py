"""An operator whose browser opens pages again and again, and follows what changes."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.cookies import SimpleCookie
from itertools import cycle
from urllib.parse import urlencode

from fikoadmin.models.actors import Actor
from fikoadmin.services import accounts
from tests.app_server import ANSWER_SECONDS, Answer
from tests.contract.documents import unique
from tests.faults.chance import PATIENCE
from tests.faults.programs import Site
from tests.web.browsing import PASSWORD, Token

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Reader:
    """One browser, signed in as a viewer; `answers` holds every page it was given."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cookies: SimpleCookie = SimpleCookie()
        self.answers: list[Answer] = []
        self.heard: list[str] = []
        self.errors: list[str] = []
        self._sign_in()

    def _sign_in(self) -> None:
        """Within the context of an app on the same database."""
        email = f"{unique('reader')}@fiko.local"
        accounts.create_operator(email, "Reader", "viewer", "sales", PASSWORD, Actor("command"), "en")
        token = Token()
        token.feed(self.open("/sign-in").text)
        form = urlencode({"csrf_token": token.value, "email": email, "password": PASSWORD})
        assert self.open("/sign-in", form).status == 303

    def open(self, path: str, form: str | None = None) -> Answer:
        answer = self._site.request("POST" if form else "GET", path, form, self._headers() | (FORM if form else {}))
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self._cookies.load(cookie)
        return answer

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in self._cookies.items())}

    def with_status(self, status: int) -> list[Answer]:
        return [answer for answer in self.answers if answer.status == status]

    @contextmanager
    def reading(self, paths: Sequence[str]) -> Iterator[None]:
        """Opens those pages in turn for the length of the block."""
        over = threading.Event()
        thread = threading.Thread(target=self._read, args=(paths, over), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join(PATIENCE)
        assert not thread.is_alive(), "a page is never answered"
        assert not self.errors, self.errors[0]

    def _read(self, paths: Sequence[str], over: threading.Event) -> None:
        for path in cycle(paths):
            if over.wait(0.02):
                return
            try:
                self.answers.append(self.open(path))
            except Exception as error:  # a thread's would be lost
                self.errors.append(f"{path}: {error!r}")

    @contextmanager
    def following(self, topic: str) -> Iterator[None]:
        """Keeps one stream open for the length of the block; `heard` holds its lines."""
        connection = http.client.HTTPConnection("127.0.0.1", self._site.port, timeout=ANSWER_SECONDS)
        connection.request("GET", f"/live?topic={topic}", headers=self._headers())
        stream = connection.getresponse()
        assert stream.status == 200
        threading.Thread(target=self._listen, args=(stream,), daemon=True).start()
        try:
            yield
        finally:
            connection.close()

    def _listen(self, stream: http.client.HTTPResponse) -> None:
        try:
            while line := stream.readline():
                self.heard.append(line.decode())
        except (OSError, ValueError, AttributeError):
            return  # closed at the end of the block
