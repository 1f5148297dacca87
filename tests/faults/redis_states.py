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


STATES: Mapping[str, Callable[[Redis, str, str], None]] = {
    "up": _leave,
    "down": _down,
    "frozen": _frozen,
    "emptied": _emptied,
    "lying": _lying,
}


@contextmanager
def redis_is(state: str, redis: Redis, url: str, conversation_id: str) -> Iterator[None]:
    """Redis is like that for the length of the block, and itself again afterwards; emptied and lying it stays so."""
    STATES[state](redis, url, conversation_id)
    try:
        yield
    finally:
        if state == "down":
            redis.start()
        redis.thaw()
