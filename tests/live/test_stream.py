"""A stream says what changed, that it lives, and ends when it has to."""

import itertools
import re
import threading

import pytest
from flask import Flask

from fikoadmin import live
from fikoadmin.extensions import db, transaction
from fikoadmin.live import streams
from tests.small_app import new_conversation, redirect


def opened(*topics: str) -> live.Stream:
    stream = live.stream(topics)
    assert stream
    assert re.fullmatch(r"retry: \d{3,4}\n\n", next(stream))
    return stream


def test_a_stream_tells_of_a_redirect(app: Flask) -> None:
    one = new_conversation()
    stream = opened(f"conversation:{one}")
    redirect(one, "sales")
    told = next(stream)
    if '"epoch": 1' in told:  # that it was made may have been on its way still when the stream began
        told = next(stream)
    assert told == f'event: fact\ndata: {{"topic": "conversation:{one}", "epoch": 2}}\n\n'
    with transaction():
        redirect(one, "billing")
        redirect(one, "ai")
    assert next(stream) == f'event: fact\ndata: {{"topic": "conversation:{one}", "epoch": 4}}\n\n'


def test_a_quiet_stream_beats(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BEAT_SECONDS", 0.01)
    assert list(itertools.islice(opened("settings"), 2)) == ["event: beat\ndata: {}\n\n"] * 2


def test_p24_pages_are_told_to_look_while_news_may_be_missed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "BEAT_SECONDS", 0.01)
    stream = opened("settings")
    monkeypatch.setattr(stream, "_misses_news", lambda: True)
    assert next(stream) == "event: beat\ndata: {}\n\nevent: look\ndata: {}\n\n"


def test_no_more_streams_than_admitted(app: Flask) -> None:
    live.limit(app, 2)
    first, second = opened("settings"), live.stream(["settings"])
    assert live.stream(["settings"]) is None
    first.close()
    first.close()
    third = live.stream(["settings"])
    assert third
    assert live.stream(["settings"]) is None
    assert second
    second.close()  # nobody ever read it
    assert live.stream(["settings"])


def test_streams_end_when_the_server_stops(app: Flask) -> None:
    stream = opened("settings")
    reader = threading.Thread(target=lambda: list(stream))
    reader.start()
    live.stop(app)
    reader.join()
    late = live.stream(["settings"])
    assert late
    assert len(list(late)) == 1  # the greeting alone
    live.limit(app, 1)
    assert live.stream(["settings"])  # those that ended have left


def test_a_stream_holds_no_database_session(app: Flask) -> None:
    one = new_conversation()
    stream = opened(f"conversation:{one}")
    redirect(one, "sales")
    db.session.remove()
    next(stream)
    assert not db.session.registry.has()
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
