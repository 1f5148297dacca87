"""The mirror in Redis, against a real Redis that is up, down, frozen, emptied and lying (P5)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from fikoadmin.mirror import Mirror
from fikoadmin.redis_client import client
from tests import services
from tests.conftest import STACKS, require
from tests.small_app import small_app


@pytest.fixture(scope="module")
def server() -> Iterator[services.Redis]:
    """A Redis of this module's own: it is stopped, frozen and emptied."""
    require("redis-server")
    with services.Redis() as redis_server:
        yield redis_server


@pytest.fixture(scope="module")
def tables(postgres: services.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with tables, to copy: making them takes a second."""
    url = postgres.new_database()
    with small_app(tmp_path_factory.mktemp("tables"), url):
        return url


@pytest.fixture(params=STACKS)
def app(request: pytest.FixtureRequest, tmp_path: Path, server: services.Redis) -> Iterator[Flask]:
    if request.param == "sqlite":
        with small_app(tmp_path, redis_url=server.new_database()) as app:
            yield app
        return
    postgres: services.Postgres = request.getfixturevalue("postgres")
    url = postgres.new_database(request.getfixturevalue("tables"))
    with small_app(tmp_path, url, server.new_database()) as app:
        yield app
    postgres.drop_database(url)


@pytest.fixture
def keys_in(app: Flask) -> Iterator[redis.Redis]:
    """The test's own eyes and hands in Redis."""
    with client(app.extensions["config"].redis_url, 10) as store:
        yield store


@pytest.fixture
def own(app: Flask) -> Mirror:
    found: Mirror = app.extensions["mirror"]
    return found
