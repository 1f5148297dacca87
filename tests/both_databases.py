"""One installation a module on each database, for tests that make their own rows and count nobody else's."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from tests.in_process import opened


@contextmanager
def on_sqlite(request: pytest.FixtureRequest, folder: Path) -> Iterator[Flask]:
    copy = shutil.copy(request.getfixturevalue("sqlite_template"), folder / "fiko.sqlite3")
    with opened({"FIKO_DATABASE_URL": f"sqlite:///{copy}"}, folder) as app:
        yield app


@contextmanager
def on_postgres(request: pytest.FixtureRequest, folder: Path) -> Iterator[Flask]:
    """With Redis."""
    postgres, redis = request.getfixturevalue("postgres"), request.getfixturevalue("redis_server")
    url = postgres.new_database(request.getfixturevalue("postgres_template"))
    with opened({"FIKO_DATABASE_URL": url, "FIKO_REDIS_URL": redis.new_database()}, folder) as app:
        yield app
    postgres.drop_database(url)


def on(name: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[Flask]:
    """For a fixture's `yield from`; `name` is one of tests.conftest.STACKS."""
    with (on_sqlite if name == "sqlite" else on_postgres)(request, folder) as app:
        yield app
