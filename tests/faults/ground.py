"""The app in this process on migrated databases, and what tests do and see through its services and rows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import select

from fikoadmin import create_app, live
from fikoadmin.config import Config
from fikoadmin.extensions import db
from fikoadmin.models.actors import Actor
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.events import MESSAGE_RECEIVED
from fikoadmin.models.history import ConversationEvent
from fikoadmin.services import conversations, events, workflows
from fikoadmin.services.events import Incoming, Receipt
from tests.conftest import Stack

PROGRAM = Actor("token", "1", "tests")
PERSON = Actor("operator", "1", "Mina")


def make_app(environment: Mapping[str, str]) -> Flask:
    """The app with those FIKO_* variables and no others."""
    return create_app(Config.from_environment({"FIKO_SECRET_KEY": "0123456789abcdef", **environment}))


def bring_up(environment: Mapping[str, str]) -> None:
    """Brings that database to the newest schema."""
    app = make_app(environment)
    with app.app_context():
        flask_migrate.upgrade()
        db.engine.dispose()


@contextmanager
def opened(environment: Mapping[str, str]) -> Iterator[Flask]:
    """The app, its context pushed; in the end nobody holds its database any more."""
    app = make_app(environment)
    with app.app_context():
        try:
            yield app
        finally:
            live.stop(app)
            db.session.remove()
            db.engine.dispose()


@contextmanager
def installed(stack: Stack, folder: Path) -> Iterator[Flask]:
    """The app on empty databases, which get the newest schema; its log is in `folder`."""
    environment = stack.environment | {"FIKO_LOG_FILE": str(folder / "workflow.log")}
    bring_up(environment)
    with opened(environment) as app:
        yield app


def new_conversation(source: str = "test") -> str:
    """The id of a new conversation with a new customer."""
    return conversations.create(source, PROGRAM, customer={"first_name": "Sara"}).id


def live_workflow(document: Mapping[str, Any]) -> int:
    """The id of a workflow that is imported and ACTIVE."""
    workflow, _ = workflows.import_document(json.dumps(document).encode(), PROGRAM)
    return workflows.activate(workflow.id, PROGRAM).id


def message(conversation_id: str, content: str, event_id: str | None = None, **data: Any) -> Incoming:
    """What a channel posts when the customer writes."""
    return Incoming(MESSAGE_RECEIVED, conversation_id, None, event_id, {"content": content, **data})


def say(conversation_id: str, content: str = "hello") -> Receipt:
    """The customer writes."""
    return events.receive(message(conversation_id, content), PROGRAM)


def shown(conversation_id: str) -> Conversation:
    """The conversation as the database has it now."""
    db.session.rollback()
    return db.session.get_one(Conversation, conversation_id, populate_existing=True)


def history(conversation_id: str) -> list[ConversationEvent]:
    """Its changes of owner, by epoch."""
    return list(
        db.session.scalars(
            select(ConversationEvent)
            .where(ConversationEvent.conversation_id == conversation_id)
            .order_by(ConversationEvent.epoch)
        )
    )
