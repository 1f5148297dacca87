"""Every kind of page that an operator can reach by links, as the server sends it: all that a browser without JavaScript
has."""

from __future__ import annotations

import re
from collections import deque
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from playwright.sync_api import Page

from tests.app_server import App
from tests.browser.pages import addresses

AT_MOST = 200
# Numbers, short ids and node ids: pages that differ in them alone are of one kind.
ID = re.compile(r"/(\d+|[a-z0-9]*\d[a-z0-9]*|[a-z0-9]{10}|[0-9a-f-]{36})(?=/|$)")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag == "a" and (href := dict(attributes).get("href")):
            self.found.append(href)


def reachable(page: Page, app: App) -> dict[str, str]:
    """Path and HTML of one page of each kind, from those that the browser tests look at."""
    found = {"/sign-in": _signed_out(page, app)}
    waiting = deque(addresses(page, app).values())
    seen = {kind(path) for path in waiting}
    while waiting and len(found) < AT_MOST:
        path = waiting.popleft()
        answer = page.request.get(app.url + path)
        if "text/html" in answer.headers["content-type"]:
            found[path] = answer.text()
            waiting += _new(path, found[path], seen)
    return found


def _signed_out(page: Page, app: App) -> str:
    language = str(page.evaluate("document.documentElement.lang"))
    return app.request("GET", "/sign-in", headers={"Accept-Language": language}).text


def _new(path: str, html: str, seen: set[str]) -> list[str]:
    links = _Links()
    links.feed(html)
    new = []
    for link in links.found:
        to = urlsplit(urljoin(path, link))
        if not to.netloc and kind(to.path) not in seen:
            seen.add(kind(to.path))
            new.append(to.path + (f"?{to.query}" if to.query else ""))
    return new


def kind(path: str) -> str:
    """The path with its ids made alike: of two pages of one kind one is enough."""
    return ID.sub("/N", path)
