"""The app in this process, called through its API; what is the same on both databases is tried on SQLite."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade

from fikoadmin import create_app
from fikoadmin.config import ROOT, Config
from fikoadmin.extensions import db
from tests.api.client import Api, new_token
from tests.conftest import NewStack


@pytest.fixture(scope="session")
def app(new_stack: NewStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with new_stack("sqlite") as stack, made(stack.environment, tmp_path_factory.mktemp("api")) as app:
        yield app


@pytest.fixture(scope="session")
def app_on_postgres(new_stack: NewStack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with new_stack("postgres") as stack, made(stack.environment, tmp_path_factory.mktemp("api")) as app:
        yield app


@contextmanager
def made(environment: dict[str, str], folder: Path) -> Iterator[Flask]:
    """The app with those settings, its database at the newest migration."""
    own = {"FIKO_LOG_FILE": str(folder / "workflow.log"), "FIKO_SECRET_KEY": "tests-only-0123456789abcdef"}
    app = create_app(Config.from_environment(own | environment))
    with app.app_context():
        upgrade(str(ROOT / "migrations"))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def token(app: Flask) -> str:
    return new_token(app)


@pytest.fixture
def api(app: Flask, token: str) -> Api:
    return Api(app, token)


@pytest.fixture
def reader(app: Flask) -> Api:
    """A caller whose token may only read."""
    return Api(app, new_token(app, "read"))


@pytest.fixture
def api_on_postgres(app_on_postgres: Flask) -> Api:
    return Api(app_on_postgres, new_token(app_on_postgres))
