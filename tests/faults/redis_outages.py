"""Redis is away, frozen, emptied or refuses to write while programs redirect and people open pages."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass, field
from functools import partial, wraps
from random import Random
from statistics import median, quantiles
from typing import Any

from flask import Flask, g, has_request_context
from redis import RedisError
from redis.connection import AbstractConnection

from fikoadmin.destinations import DESTINATIONS
from fikoadmin.mirror.writer import Writer
from fikoadmin.redis_client import REQUEST_SECONDS
from fikoadmin.services import accounts
from tests.conftest import Stack
from tests.faults import truth
from tests.faults.bursts import reconciling
from tests.faults.chance import at_once
from tests.faults.ground import PROGRAM, new_conversation
from tests.faults.redis_states import redis_is
from tests.web.browsing import Visitor, signed_in_as

CLIENTS = 16
CALLS = 2
STATES = ("down", "frozen", "emptied", "refusing")
# No page waits longer than that for Redis.
PATIENCE_MS = 250
FOREVER = 3600.0
WAITS_AT_MOST = PATIENCE_MS / 1000 / REQUEST_SECONDS


@dataclass
class Seen:
    """How the calls of one round went: their statuses, and what each waited for Redis, in time-outs of its client."""

    statuses: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        return median(self.seconds)

    @property
    def p99(self) -> float:
        return quantiles(self.seconds, n=100)[98]


@contextmanager
def waits_counted(app: Flask, seen: Seen) -> Iterator[None]:
    """Counts for each request how often it could have waited for Redis as long as our clients wait at most."""
    patched = [(AbstractConnection, "connect"), (AbstractConnection, "read_response"), (Writer, "write")]
    works = [getattr(owner, name) for owner, name in patched]
    first, last = app.before_request_funcs.setdefault(None, []), app.after_request_funcs.setdefault(None, [])
    for (owner, name), work in zip(patched, works, strict=True):
        setattr(owner, name, _counting(work))
    first.insert(0, _begin)
    last.insert(0, partial(_end, seen))
    try:
        yield
    finally:
        for (owner, name), work in zip(patched, works, strict=True):
            setattr(owner, name, work)
        del first[0], last[0]


def _counting(work: Callable[..., Any]) -> Callable[..., Any]:
    """Counts what a connection that failed has waited at most, and what the writer's callers wait at most."""

    @wraps(work)
    def counted(whose: AbstractConnection | Writer, *args: Any, **values: Any) -> Any:
        if isinstance(whose, Writer):
            _count(1)
            return work(whose, *args, **values)
        try:
            return work(whose, *args, **values)
        except RedisError:
            _count((whose.socket_timeout or FOREVER) / REQUEST_SECONDS)
            raise

    return counted


def _count(waits: float) -> None:
    if has_request_context():
        g.redis_waits = g.get("redis_waits", 0.0) + waits


def _begin() -> None:
    g.redis_waits, g.began = 0.0, time.perf_counter()


def _end(seen: Seen, response: Any) -> Any:
    seen.statuses[response.status_code] += 1
    seen.waits.append(g.get("redis_waits", 0.0))
    seen.seconds.append(time.perf_counter() - g.began)
    return response


class Clients:
    """So many programs and people on as many conversations."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        _, self._token = accounts.create_token("tests", PROGRAM)
        # In an empty context: where there is an app's already, a request would share it with the ones before.
        self._page = Context().run(signed_in_as, app, "viewer")
        self.ids = [new_conversation() for _ in range(CLIENTS)]

    def go(self, number: int) -> Seen:
        """All of them at once: redirects and pages in turn."""
        seen = Seen()
        with waits_counted(self._app, seen):
            at_once(
                self._app, [partial(Context().run, self._client, i, Random(f"{number}/{i}")) for i in range(CLIENTS)]
            )
        return seen

    def _client(self, number: int, chance: Random) -> None:
        visitor = Visitor(self._app)
        visitor.client._cookies = self._page.client._cookies
        for _ in range(CALLS):
            body = {"destination": chance.choice(DESTINATIONS).value}
            path, headers = f"/conversations/{self.ids[number]}", {"Authorization": f"Bearer {self._token}"}
            visitor.client.post(f"/api/v1{path}/redirect", json=body, headers=headers)
            visitor.get(path)
            visitor.get("/conversations")


def outage(app: Flask, ground: Stack, clients: Clients, state: str, number: int) -> Seen:
    """F2: one outage; nobody is told of a fault or waits long, and 5 s after it every key is right."""
    assert ground.redis
    url = ground.environment["FIKO_REDIS_URL"]
    with reconciling(app):
        with redis_is(state, ground.redis, url, clients.ids[0]):
            seen = clients.go(number)
        for conversation_id in clients.ids:
            truth.mirrored(ground.redis, url, conversation_id)
    for conversation_id in clients.ids:
        truth.epochs_without_a_gap(conversation_id)
    assert set(seen.statuses) == {200}, seen.statuses
    assert max(seen.waits) <= WAITS_AT_MOST, f"a page could wait {max(seen.waits)} times"
    return seen


def outages(app: Flask, ground: Stack, clients: Clients, rounds: int) -> dict[str, list[Seen]]:
    """That many of each kind."""
    return {state: [outage(app, ground, clients, state, number) for number in range(rounds)] for state in STATES}
