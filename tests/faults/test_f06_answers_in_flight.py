"""F6: an AI answer is in flight while people, customers and Redis do what they like."""

from random import Random

from flask import Flask
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import OperationalError

from fikoadmin.extensions import db
from fikoadmin.models.messages import AI_MESSAGE, Message
from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults import truth
from tests.faults.chance import wait_until
from tests.faults.ground import new_conversation, say
from tests.faults.interleavings import Stamped, play, working


def test_p02_p03_p04_p10_whatever_lands_meanwhile(answering_app: Flask, ground: Stack, model: AIServer) -> None:
    """300 interleavings, half of them on each database."""
    play(answering_app, ground, model, rounds=150, seed=6)


def test_p04_a_database_error_is_not_read_as_taken_over(answering_app: Flask) -> None:
    """The database fails while the answer is being stored: the answer is asked for again, and nothing superseded."""
    conversation_id, failures = new_conversation(), list[str]()

    def fail_once(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("INSERT INTO messages") and "Glad to help" in str(parameters) and not failures:
            failures.append(statement)
            raise OperationalError(statement, None, Exception("the server closed the connection"))

    event.listen(Engine, "before_cursor_execute", fail_once)
    try:
        say(conversation_id)
        with working(answering_app, Stamped(answering_app.extensions["responder"], Random(4))):
            wait_until(lambda: len(truth.said(conversation_id)) == 2, "the answer is given in the end")
    finally:
        event.remove(Engine, "before_cursor_execute", fail_once)
    assert failures
    spoken = select(func.count()).where(Message.type == AI_MESSAGE, Message.conversation_id == conversation_id)
    assert db.session.scalar(spoken) == 1
