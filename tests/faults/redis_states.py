"""What Redis may be like while something happens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from fikoadmin.mirror import keys
from tests.services import Redis

# Enabled, and later than anything: what must never be believed.
LIE = json.dumps({"ai_enabled": True, "epoch": 10**9})


def _leave(redis: Redis, url: str, conversation_id: str) -> None:
    pass


def _down(redis: Redis, url: str, conversation_id: str) -> None:
    redis.kill()


def _frozen(redis: Redis, url: str, conversation_id: str) -> None:
    redis.freeze()


def _emptied(redis: Redis, url: str, conversation_id: str) -> None:
    with redis.client(url) as client:
        client.flushdb()


def _lying(redis: Redis, url: str, conversation_id: str) -> None:
    with redis.client(url) as client:
        client.set(keys.key(conversation_id), LIE)


def _refusing(redis: Redis, url: str, conversation_id: str) -> None:
    redis.refuse_writes()


STATES: Mapping[str, Callable[[Redis, str, str], None]] = {
    "up": _leave,
    "down": _down,
    "frozen": _frozen,
    "emptied": _emptied,
    "lying": _lying,
}
# Not of the matrix: who cannot write is to a mirror as one who is away.
MORE_STATES = {**STATES, "refusing": _refusing}


@contextmanager
def redis_is(state: str, redis: Redis, url: str, conversation_id: str) -> Iterator[None]:
    """Redis is like that for the length of the block, and itself again afterwards; emptied and lying it stays so."""
    MORE_STATES[state](redis, url, conversation_id)
    try:
        yield
    finally:
        if state == "down":
            redis.start()
        redis.thaw()
        if state == "refusing":
            redis.accept_writes()
