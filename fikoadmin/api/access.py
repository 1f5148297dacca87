"""Who may call: a bearer token, looked up once; without one nothing else is told."""

from __future__ import annotations

from flask import g, request
from flask_limiter.util import get_remote_address

from ..errors import Forbidden
from ..extensions import limiter
from ..models.accounts import ApiToken
from ..models.actors import Actor
from .problems import Unauthorized

# Guessing 256 random bits is hopeless at any rate; this bounds what the attempt costs us.
FAILURES = "300 per minute"
READING = ("GET", "HEAD", "OPTIONS")


def admit() -> None:
    """Notes the token's actor for this request. Raises Unauthorized; Forbidden where the token may only read."""
    token = bearer()
    if token is None:
        _refuse()
    else:
        # Taken now: the next transaction makes the row stale, and reading it again would cost a query.
        g.actor = token.actor
        if request.method not in READING and not token.may_write():
            raise Forbidden("this token may only read")


def bearer() -> ApiToken | None:
    """The token that the request carries, if it may be used."""
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    return ApiToken.by_text(text.strip()) if scheme.lower() == "bearer" and text.strip() else None


def actor() -> Actor:
    """Who sent this request."""
    found: Actor = g.actor
    return found


@limiter.shared_limit(FAILURES, scope="bad tokens", key_func=get_remote_address)
def _refuse() -> None:
    raise Unauthorized("send a valid token: Authorization: Bearer TOKEN")
