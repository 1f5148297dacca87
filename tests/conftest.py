"""What every test may ask for: real servers, a browser, and the settings to run the app against them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import services

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Browser


def require(package: str) -> None:
    """Skip the test by name where the machine lacks a package; under FIKO_REQUIRE_SERVICES=1 fail it."""
    if use := services.missing().get(package):
        reason = f"this machine lacks {package}: {use}"
        if os.environ.get("FIKO_REQUIRE_SERVICES") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> Iterator[services.Postgres]:
    """One PostgreSQL for all tests of this process; each takes a database of its own."""
    require("postgresql")
    with services.Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_server() -> Iterator[services.Redis]:
    """One Redis for all tests of this process; a test that breaks it mends it."""
    require("redis-server")
    with services.Redis() as server:
        yield server


STACKS = ["sqlite", "postgres"]


@dataclass
class Stack:
    """The servers under one app: FIKO_* variables for it, and the servers where a test wants to break one."""

    name: str
    environment: dict[str, str]
    redis: services.Redis | None = None
    postgres: services.Postgres | None = None


NewStack = Callable[[str], AbstractContextManager[Stack]]


@pytest.fixture(scope="session")
def new_stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewStack:
    """`with new_stack("sqlite") as stack`: empty databases, for fixtures of any scope; a name of STACKS."""

    @contextmanager
    def on_sqlite() -> Iterator[Stack]:
        path = tmp_path_factory.mktemp("stack") / "fiko.sqlite3"
        yield Stack("sqlite", {"FIKO_DATABASE_URL": f"sqlite:///{path}"})

    @contextmanager
    def on_postgres() -> Iterator[Stack]:
        postgres: services.Postgres = request.getfixturevalue("postgres")
        redis: services.Redis = request.getfixturevalue("redis_server")
        url = postgres.new_database()
        environment = {"FIKO_DATABASE_URL": url, "FIKO_REDIS_URL": redis.new_database()}
        yield Stack("postgres", environment, redis, postgres)
        postgres.drop_database(url)

    return lambda name: on_sqlite() if name == "sqlite" else on_postgres()


@pytest.fixture(params=STACKS)
def stack(request: pytest.FixtureRequest, new_stack: NewStack) -> Iterator[Stack]:
    """The test runs twice: on SQLite without Redis, and on PostgreSQL with Redis."""
    with new_stack(request.param) as chosen:
        yield chosen


CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's program; start it with CHROMIUM_FLAGS."""
    require("chromium")
    found = services.chromium()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """One for all tests of this process: its library runs once in a thread."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_FLAGS)


# In process: the app without a context of its own, so that each request of a client begins one. Its database is a
# copy of one that was brought to the newest schema once.


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.in_process import bring_up

    folder = tmp_path_factory.mktemp("template")
    bring_up({"FIKO_DATABASE_URL": f"sqlite:///{folder / 'fiko.sqlite3'}"}, folder)
    return folder / "fiko.sqlite3"


@pytest.fixture(scope="session")
def postgres_template(postgres: services.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    from tests.in_process import bring_up

    url = postgres.new_database()
    bring_up({"FIKO_DATABASE_URL": url}, tmp_path_factory.mktemp("template"))
    return url


@pytest.fixture
def app(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """The app on SQLite without Redis."""
    from tests.in_process import opened

    copy = shutil.copy(sqlite_template, tmp_path / "fiko.sqlite3")
    with opened({"FIKO_DATABASE_URL": f"sqlite:///{copy}"}, tmp_path) as app:
        yield app


@pytest.fixture
def pg_app(
    postgres: services.Postgres, redis_server: services.Redis, postgres_template: str, tmp_path: Path
) -> Iterator[Flask]:
    """The app on PostgreSQL with Redis."""
    from tests.in_process import opened

    url = postgres.new_database(postgres_template)
    with opened({"FIKO_DATABASE_URL": url, "FIKO_REDIS_URL": redis_server.new_database()}, tmp_path) as app:
        yield app
    postgres.drop_database(url)


@pytest.fixture(params=["app", "pg_app"], ids=STACKS)
def any_app(request: pytest.FixtureRequest) -> Flask:
    """The test runs twice: on SQLite without Redis, and on PostgreSQL with Redis."""
    app: Flask = request.getfixturevalue(request.param)
    return app


@pytest.fixture
def inside(app: Flask) -> Iterator[Flask]:
    """The app on SQLite, its context pushed: for tests that call services, not for clients."""
    with app.app_context():
        yield app


@pytest.fixture
def inside_any(any_app: Flask) -> Iterator[Flask]:
    """The same on each database."""
    with any_app.app_context():
        yield any_app


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name every test that was skipped, under what it lacks."""
    found: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        found.setdefault(report.longrepr[2], []).append(report.nodeid)
    for reason, tests in sorted(found.items()):
        terminalreporter.section(reason)
        terminalreporter.write_line("\n".join(tests))
