"""The two writes of a redirect by hand, in one transaction, and its key in Redis: nothing can be faster than that."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import redis

from fikoadmin.mirror import keys

TABLES = """
CREATE TABLE floor_conversations (id text PRIMARY KEY, status text, ai_enabled boolean, epoch integer);
CREATE TABLE floor_events (id bigserial PRIMARY KEY, conversation_id text, epoch integer, status text, at timestamptz);
INSERT INTO floor_conversations SELECT n::text, 'active', true, 1 FROM generate_series(1, 10000) n;
"""
CHANGE = "UPDATE floor_conversations SET status = %s, ai_enabled = %s, epoch = epoch + 1 WHERE id = %s RETURNING epoch"
RECORD = "INSERT INTO floor_events (conversation_id, epoch, status, at) VALUES (%s, %s, %s, now())"


class Floor:
    """What is left of a redirect when every promise is taken away."""

    def __init__(self, url: str, redis_url: str) -> None:
        self._connection = psycopg.connect(url)
        self._redis = redis.Redis.from_url(redis_url)
        self._last = 0

    def redirect(self) -> None:
        self._last = self._last % 10_000 + 1
        name = str(self._last)
        with self._connection.transaction():
            row = self._connection.execute(CHANGE, ("support_active", False, name)).fetchone()
            assert row
            self._connection.execute(RECORD, (name, row[0], "support_active"))
        self._redis.set(f"floor_{name}", keys.value(False, row[0]), ex=keys.LIFE_SECONDS)

    def close(self) -> None:
        self._connection.close()
        self._redis.close()


def make_tables(url: str) -> None:
    """Makes the floor's tables in that database."""
    with psycopg.connect(url) as connection:
        connection.execute(TABLES)


@contextmanager
def floor(url: str, redis_url: str) -> Iterator[Floor]:
    made = Floor(url, redis_url)
    yield made
    made.close()
