"""The smallest app that stores an event and its message: Flask and SQLAlchemy Core, and none of the promises."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Engine, create_engine, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_not

from fikoadmin.extensions import Base
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.events import Event
from fikoadmin.models.messages import CUSTOMER, Message

# The tables alone: no objects, no unit of work.
CONVERSATIONS, EVENTS, MESSAGES = (Base.metadata.tables[m.__tablename__] for m in (Conversation, Event, Message))


def make_app(url: str) -> Flask:
    """An app with one view, `POST /events`, on our own tables."""
    app, engine = Flask(__name__), create_engine(url)

    @app.post("/events")
    def receive() -> ResponseReturnValue:
        return jsonify(_store(engine, request.get_json())), 202

    app.extensions["engine"] = engine
    return app


def _store(engine: Engine, posted: dict[str, Any]) -> dict[str, Any]:
    now, conversation_id = datetime.now(UTC), posted["conversation_id"]
    digest = hashlib.sha256(json.dumps(posted, sort_keys=True).encode()).hexdigest()
    with engine.begin() as connection:
        found = select(CONVERSATIONS.c.customer_id).where(CONVERSATIONS.c.id == conversation_id).with_for_update()
        values = {
            "id": posted.get("event_id") or uuid4().hex, "event_type": posted["event_type"],
            "conversation_id": conversation_id, "customer_id": connection.scalar(found), "digest": digest,
            "data": posted["data"], "chain": [], "cut": False, "snapshot": {}, "considered": [], "created_at": now,
        }  # fmt: skip
        event_id = connection.scalar(
            insert_or_not(EVENTS).values(values).on_conflict_do_nothing().returning(EVENTS.c.id)
        )
        message = {
            "conversation_id": conversation_id, "type": CUSTOMER, "content": posted["data"]["content"], "buttons": [],
            "superseded": False, "superseded_reason": "", "consumed": False, "author_id": "", "author_label": "",
            "created_at": now,
        }  # fmt: skip
        message_id = connection.scalar(insert(MESSAGES).values(message).returning(MESSAGES.c.id))
        unanswered = {"unanswered_since": now, "unanswered_message_id": message_id, "updated_at": now}
        connection.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.id == conversation_id).values(unanswered))
        answer = {"executions": [], "ai_reply": "none"}
        told = {"message_id": message_id, "answer": answer}
        connection.execute(update(EVENTS).where(EVENTS.c.id == event_id).values(told))
    return {"event_id": event_id, "duplicate": False, **answer}
