"""The whole app in this process, on a database of the newest schema."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade

from fikoadmin import create_app
from fikoadmin.config import Config
from fikoadmin.extensions import db


def make_app(environment: Mapping[str, str], folder: Path) -> Flask:
    """An app with those settings that keeps its log in `folder`; its database may still be empty."""
    own = {"FIKO_SECRET_KEY": "tests-only-0123456789abcdef", "FIKO_LOG_FILE": str(folder / "workflow.log")}
    return create_app(Config.from_environment(own | dict(environment)))


@contextmanager
def opened(environment: Mapping[str, str], folder: Path) -> Iterator[Flask]:
    """The app, its connections closed in the end."""
    app = make_app(environment, folder)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def bring_up(environment: Mapping[str, str], folder: Path) -> None:
    """Brings the database to the newest schema, and lets go of it, so that it can be copied."""
    with opened(environment, folder) as app, app.app_context():
        upgrade()
        with db.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
