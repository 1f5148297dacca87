"""Y4: an event that starts nothing, against the bare app that does the same writes; processor time, not wall time."""

from __future__ import annotations

import io
import json
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from bench import bare
from bench.ground import OTHER_TEXT, Ground, conversations
from bench.rounds import cpu_milliseconds, in_turn
from bench.table import Line
from fikoadmin.extensions import db
from fikoadmin.models.actors import SYSTEM
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.events import Event
from fikoadmin.services import accounts

GOAL = 2.0
ROUNDS = 6
EVENTS = 100


def measure(ground: Ground) -> Line:
    _, token = accounts.create_token("bench", SYSTEM)
    reference = bare.make_app(ground.environment["FIKO_DATABASE_URL"])
    spent = in_turn(
        lambda _number: _cpu(ground.app, "/api/v1/events", token),
        lambda _number: _cpu(reference, "/events", token),
        ROUNDS,
    )
    reference.extensions["engine"].dispose()
    return Line(
        "Y4 an event that starts nothing, processor time", f"{spent.ours:.2f} ms", f"{spent.reference:.2f} ms",
        f"{spent.ratio:.2f}", f"at most {GOAL:g}", spent.ratio <= GOAL,
    )  # fmt: skip


def _cpu(app: Flask, path: str, token: str) -> float:
    """Milliseconds of an event each in conversations that people own; all of them stored, none answered."""
    ids = conversations(EVENTS, owner="support")
    waiting = iter(ids)
    spent = cpu_milliseconds(lambda: _post(app, path, token, next(waiting)), EVENTS)
    db.session.rollback()
    assert db.session.scalar(select(func.count()).where(Event.conversation_id.in_(ids))) == EVENTS
    unanswered = select(func.count()).where(Conversation.id.in_(ids), Conversation.unanswered_message_id.is_not(None))
    assert db.session.scalar(unanswered) == EVENTS
    return spent


def _post(app: Flask, path: str, token: str, conversation_id: str) -> None:
    event = {
        "event_type": "MESSAGE_RECEIVED", "conversation_id": conversation_id, "event_id": f"event-{conversation_id}",
        "data": {"content": OTHER_TEXT},
    }  # fmt: skip
    body = json.dumps(event).encode()
    answered: list[str] = []

    def start(status: str, *_: Any) -> Any:
        answered.append(status)

    # As a server calls it; Flask's own test client would cost more than the bare app.
    text = b"".join(app(_environment(path, token, body), start))
    assert answered == ["202 ACCEPTED"], (answered, text)
    answer = json.loads(text)
    assert (answer["executions"], answer["ai_reply"], answer["duplicate"]) == ([], "none", False), answer


def _environment(path: str, token: str, body: bytes) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": "POST", "PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1", "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1", "HTTP_AUTHORIZATION": f"Bearer {token}", "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)), "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), "wsgi.multithread": True,
        "wsgi.multiprocess": False, "wsgi.run_once": False,
    }  # fmt: skip
