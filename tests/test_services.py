"""The servers that other tests rely on do what they say."""

import psycopg
import pytest
import redis

from tests.conftest import Stack, require
from tests.services import Postgres, Redis, free_port


def test_redis_can_be_broken_in_every_way_and_comes_back() -> None:
    require("redis-server")
    with Redis() as server, server.client(server.new_database()) as client:
        client.set("key", "value")
        server.refuse_writes()
        with pytest.raises(redis.ResponseError):
            client.set("key", "other")
        server.accept_writes()
        server.kill()
        server.start()
        assert client.get("key") is None


def test_postgres_copies_databases_and_keeps_them_over_an_immediate_stop() -> None:
    require("postgresql")
    with Postgres(durable=True) as server:
        first = server.new_database()
        with psycopg.connect(first.replace("+psycopg", "")) as connection:
            connection.execute("CREATE TABLE kept (value text)")
        copy = server.new_database(template=first)
        server.stop("immediate")
        server.start()
        with psycopg.connect(copy.replace("+psycopg", "")) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        server.drop_database(copy)


def test_free_ports_differ() -> None:
    assert len({free_port() for _ in range(20)}) > 1


def test_each_stack_has_a_database_of_its_own(stack: Stack) -> None:
    assert stack.environment["FIKO_DATABASE_URL"].startswith(("sqlite:///", "postgresql+psycopg://"))
    assert ("FIKO_REDIS_URL" in stack.environment) == (stack.name == "postgres")
