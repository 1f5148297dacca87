"""The stream that tells pages what changed: who may open it, what it says, and what it holds on to."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from fikoadmin import live
from fikoadmin.extensions import db
from fikoadmin.services import conversations
from tests.web.browsing import Visitor, signed_in_as
from tests.web.talking import AUTHOR, begun


def opened(visitor: Visitor, query: str) -> TestResponse:
    return visitor.client.get(f"/live?{query}", buffered=False)


def parts(answer: TestResponse, count: int) -> list[str]:
    """The next parts of the stream."""
    chunks = answer.iter_encoded()
    return [next(chunks).decode() for _ in range(count)]


def test_p24_a_stream_says_what_changed_and_never_how(app: Flask) -> None:
    conversation_id = begun(app, "secret words")
    answer = opened(signed_in_as(app, "viewer"), f"topic=conversation:{conversation_id}&topic=conversations")
    assert "retry:" in parts(answer, 1)[0]
    with app.app_context():
        conversations.redirect(conversation_id, "sales", AUTHOR)
    text = parts(answer, 1)[0]
    assert f'{{"topic": "conversation:{conversation_id}", "epoch": 2}}' in text
    assert "secret" not in text
    answer.close()


def test_a_stream_is_not_buffered_or_kept_on_its_way(app: Flask) -> None:
    answer = opened(signed_in_as(app, "viewer"), "topic=conversations")
    names = ("Content-Type", "X-Accel-Buffering", "Cache-Control")
    assert [answer.headers[name] for name in names] == ["text/event-stream; charset=utf-8", "no", "no-store"]
    answer.close()


def test_an_open_stream_holds_no_database_connection(app: Flask) -> None:
    answer = opened(signed_in_as(app, "viewer"), "topic=conversations")
    parts(answer, 1)
    with app.app_context():
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    answer.close()


def test_one_stream_too_many_is_asked_to_come_back(app: Flask) -> None:
    live.limit(app, 1)
    visitor = signed_in_as(app, "viewer")
    first, second = opened(visitor, "topic=conversations"), opened(visitor, "topic=conversations")
    assert (first.status_code, second.status_code) == (200, 503)
    assert int(second.headers["Retry-After"]) > 0
    first.close()
    third = opened(visitor, "topic=conversations")
    assert third.status_code == 200
    third.close()


def test_a_stranger_is_sent_to_sign_in(app: Flask) -> None:
    answer = Visitor(app).get("/live?topic=conversations")
    assert (answer.status_code in (302, 303), answer.location.startswith("/sign-in")) == (True, True)


@pytest.mark.parametrize(
    "query", ["", "topic=", "topic=*", "topic=a%00", "topic=%0Adata:", "&".join(["topic=conversations"] * 21)]
)
def test_p29_a_topic_that_is_none_is_a_clear_error(app: Flask, query: str) -> None:
    assert signed_in_as(app, "viewer").get(f"/live?{query}").status_code == 422


def test_looking_at_the_headers_alone_leaves_no_stream_open(app: Flask) -> None:
    live.limit(app, 1)
    visitor = signed_in_as(app, "viewer")
    visitor.client.head("/live?topic=conversations").close()
    answer = opened(visitor, "topic=conversations")
    assert answer.status_code == 200
    answer.close()
