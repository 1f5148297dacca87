"""The HTTP Observatory's score of an answer, by the rules that it publishes: 100, and what each subject adds or takes.

What stands before the app redirects to HTTPS; that it does is taken for granted here, and worth nothing.
"""

import re
from html.parser import HTMLParser
from http.cookies import Morsel, SimpleCookie

from werkzeug.test import TestResponse

BASE = 100
FOR_EXTRA_CREDIT = 90
SIX_MONTHS = 15_768_000
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
UNSAFE = {"'unsafe-inline'", "data:", "http:", "https:", "*"}


def score(answer: TestResponse) -> int:
    """What the Observatory would give for that answer, which came over HTTPS."""
    given = modifiers(answer)
    without_extra = BASE + sum(each for each in given.values() if each < 0)
    if without_extra < FOR_EXTRA_CREDIT:
        return max(0, without_extra)
    return without_extra + sum(each for each in given.values() if each > 0)


def modifiers(answer: TestResponse) -> dict[str, int]:
    """What each subject adds or takes."""
    policy = _directives(answer.headers.get("Content-Security-Policy", ""))
    return {
        "content-security-policy": _policy(policy),
        "cookies": min((_cookie(cookie) for cookie in _cookies(answer)), default=0),
        "cross-origin-resource-sharing": _sharing(answer),
        "referrer-policy": _referrer(answer.headers.get("Referrer-Policy", "")),
        "strict-transport-security": _transport(answer.headers.get("Strict-Transport-Security", "")),
        "subresource-integrity": _integrity(answer.text),
        "x-content-type-options": 0 if answer.headers.get("X-Content-Type-Options") == "nosniff" else -5,
        "x-frame-options": _frames(policy, answer.headers.get("X-Frame-Options", "")),
        "cross-origin-resource-policy": _resource(answer.headers.get("Cross-Origin-Resource-Policy", "")),
    }


def _directives(policy: str) -> dict[str, set[str]]:
    parts = [directive.split() for directive in policy.split(";") if directive.strip()]
    return {name: set(values) for name, *values in parts}


def _policy(policy: dict[str, set[str]]) -> int:
    if not policy:
        return -25
    default = policy.get("default-src", {"*"})
    scripts = policy.get("script-src", default) | policy.get("object-src", default)
    if scripts & UNSAFE:
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    if policy.get("style-src", default) & UNSAFE:
        return 0
    tight = default == {"'none'"} and policy.get("form-action", {"*"}) <= {"'none'", "'self'"}
    return 10 if tight else 5


def _cookies(answer: TestResponse) -> "list[Morsel[str]]":
    return [morsel for header in answer.headers.getlist("Set-Cookie") for morsel in SimpleCookie(header).values()]


def _cookie(cookie: "Morsel[str]") -> int:
    """Each counts as a session's: so does ours, and we have no other."""
    if not cookie["secure"]:
        return -40
    if not cookie["httponly"]:
        return -30
    return 5 if cookie["samesite"] in ("Lax", "Strict") else 0


def _sharing(answer: TestResponse) -> int:
    credentials = answer.headers.get("Access-Control-Allow-Credentials") == "true"
    return -50 if credentials and "Access-Control-Allow-Origin" in answer.headers else 0


def _referrer(value: str) -> int:
    if not value:
        return 0
    return 5 if value in PRIVATE_REFERRERS else -5


def _transport(value: str) -> int:
    found = re.search(r"max-age=(\d+)", value)
    if found is None:
        return -20
    return 0 if int(found[1]) >= SIX_MONTHS else -10


class _Scripts(HTMLParser):
    foreign = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        source = dict(attributes).get("src") or ""
        self.foreign = self.foreign or (tag == "script" and bool(re.match(r"(\w+:)?//", source)))


def _integrity(page: str) -> int:
    """All scripts are our own: nothing to add, nothing to take."""
    scripts = _Scripts()
    scripts.feed(page)
    return -50 if scripts.foreign else 0


def _frames(policy: dict[str, set[str]], value: str) -> int:
    if policy.get("frame-ancestors", set()) and not policy["frame-ancestors"] & {"*", "https:", "http:"}:
        return 5
    return 0 if value in ("DENY", "SAMEORIGIN") else -20


def _resource(value: str) -> int:
    return {"same-origin": 10, "same-site": 10, "cross-origin": 0, "": 0}.get(value, -5)
