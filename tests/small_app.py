"""An app of the models and of what follows a commit, and nothing else."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flask import Flask

from fikoadmin import destinations, live, log, mirror
from fikoadmin.config import Config
from fikoadmin.extensions import db, transaction
from fikoadmin.models.actors import SYSTEM
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.customers import Customer


@contextmanager
def small_app(folder: Path, database_url: str = "", redis_url: str = "", **settings: object) -> Iterator[Flask]:
    """The app, its tables made, within its context; its log is `folder / "workflow.log"`."""
    app = Flask("fikoadmin")  # so that its logger is the one of the real app
    environment = {
        "FIKO_DATABASE_URL": database_url or f"sqlite:///{folder / 'fiko.sqlite3'}",
        "FIKO_REDIS_URL": redis_url,
        "FIKO_LOG_FILE": str(folder / "workflow.log"),
        "FIKO_SECRET_KEY": "a key for tests only",
    }
    config = replace(Config.from_environment(environment), **settings)  # type: ignore[arg-type]
    app.extensions["config"] = config
    app.config["SQLALCHEMY_DATABASE_URI"] = config.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"hide_parameters": True}
    db.init_app(app)
    for part in (log, mirror, live):
        part.init_app(app)
    with app.app_context():
        db.create_all()
        pages = app.extensions["live"]
        yield app
        pages.stop()
        db.session.remove()
        db.engine.dispose()


def new_conversation() -> str:
    """The id of a new conversation, owned by the AI."""
    with transaction() as session:
        customer = Customer(source="test")
        session.add(customer)
        return Conversation.start(customer, "test", SYSTEM, language="en").id


def redirect(conversation_id: str, destination: str) -> Conversation:
    """Redirects it in a transaction of its own."""
    with transaction():
        conversation = conversation_at(conversation_id)
        conversation.redirect(destinations.find(destination) or destinations.DESTINATIONS[0], SYSTEM)
    return conversation


def conversation_at(conversation_id: str) -> Conversation:
    """The conversation, locked; within a transaction."""
    found = Conversation.locked(conversation_id)
    assert found
    return found


def eventually(look: Callable[[], object]) -> None:
    """Waits until `look` returns something true."""
    deadline = time.monotonic() + 20
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)
