"""The tests of races prove that they work: with a safeguard taken out, each of them fails.

A mutation lasts for its test and changes this process only; the scenario is the one that holds the promise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select, update
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import contains_eager

from fikoadmin import extensions
from fikoadmin.errors import Busy
from fikoadmin.extensions import db, transaction
from fikoadmin.mirror import Mirror, keys
from fikoadmin.models.base import short_id
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.customers import Customer
from fikoadmin.models.events import Event
from fikoadmin.models.facts import MirrorDue
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import Job
from fikoadmin.services import conversations, events
from fikoadmin.services.events import Incoming
from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults import deliveries, truth
from tests.faults.bursts import burst, reconciling
from tests.faults.chance import at_once, jitter
from tests.faults.conftest import NewGround
from tests.faults.deliveries import deal, deliver_here, once_each, some_events
from tests.faults.ground import PERSON, live_workflow, new_conversation, opened, say
from tests.faults.interleavings import play
from tests.faults.redis_states import redis_is
from tests.faults.writers import many_writers

Mutate = Callable[[Any, str, Any], None]

ROUNDS = 50
"""Of the test's rounds, with the acts that need the safeguard; the first that goes wrong is enough."""

ON_POSTGRES = pytest.mark.parametrize("ground", ["postgres"], indirect=True)
"""On SQLite all that writes is one after another, whatever a statement locks."""

LOCKED = (OperationalError, Busy)


@pytest.fixture
def mutate(monkeypatch: pytest.MonkeyPatch) -> Mutate:
    return monkeypatch.setattr


def test_p02_without_the_fence(answering_app: Flask, ground: Stack, model: AIServer, mutate: Mutate) -> None:
    """The epoch is not compared: what was asked for before the AI was switched off and on again is sent."""
    lets_answer = Conversation.lets_answer
    mutate(Conversation, "lets_answer", lambda self, _epoch, message_id: lets_answer(self, self.epoch, message_id))
    with pytest.raises(AssertionError, match="asked for in epoch"):
        play(answering_app, ground, model, ROUNDS, 6, ["off_and_on"])


def test_p02_without_any_look(answering_app: Flask, ground: Stack, model: AIServer, mutate: Mutate) -> None:
    """Nothing is compared under the lock: the AI speaks over people."""
    mutate(Conversation, "lets_answer", lambda *_: None)
    with pytest.raises(AssertionError, match=r"the AI spoke after|asked for in epoch|second answer"):
        play(answering_app, ground, model, ROUNDS, 6)


def test_p10_without_the_lease_token(answering_app: Flask, ground: Stack, model: AIServer, mutate: Mutate) -> None:
    """Whoever worked on a job may end it: the one armed anew meanwhile is lost, and with it the answer."""

    change = Held._change

    def change_anyway(self: Held, *args: Any, **values: Any) -> None:
        with transaction() as session:
            session.execute(update(Job).where(Job.id == self.job.id).values(lease_token=self.token))
            change(self, *args, **values)

    mutate(Held, "_change", change_anyway)
    with pytest.raises(AssertionError, match="the AI owes an answer"):
        play(answering_app, ground, model, ROUNDS, 6, ["there_and_back"])


def race_deliveries(app: Flask) -> None:
    """F7 in threads of this process."""
    for document in deliveries.workflows():
        live_workflow(document)
    what, told = some_events(24), []

    def work(lane: list[tuple[str, Incoming]], number: int) -> None:
        told.extend(deliver_here(lane, Random(number)))

    with jitter(Random(7)):
        lanes = deal(what, times=5, processes=8)
        at_once(app, [partial(work, lane, number) for number, lane in enumerate(lanes)])
    once_each(what, told)
    assert deliveries.rows() == deliveries.expected(what)


def test_p12_the_race_in_threads_holds(app: Flask) -> None:
    race_deliveries(app)


def test_p12_without_the_unique_key(app: Flask, mutate: Mutate) -> None:
    """Events get an id of their own whatever the sender calls them."""
    store = events._store

    def store_anew(incoming: Incoming, *subject: Any) -> Any:
        data = {name: value for name, value in incoming.data.items() if name != "message_id"}
        return store(replace(incoming, event_id=None, data=data), *subject)

    mutate(events, "_store", store_anew)
    with pytest.raises(AssertionError, match="different answers"):
        race_deliveries(app)


@ON_POSTGRES
def test_p12_without_on_conflict(app: Flask, mutate: Mutate) -> None:
    """Looking first and inserting then: of two senders at once, one is told of an error."""

    def look_first(incoming: Incoming, conversation: Conversation | None, customer: Customer | None) -> Event | None:
        if incoming.event_id and db.session.get(Event, incoming.event_id):
            return None
        event = Event(
            id=incoming.event_id or short_id(), event_type=incoming.event_type, data=dict(incoming.data),
            conversation=conversation, digest=incoming.digest, message_key=incoming.data.get("message_id"),
        )  # fmt: skip
        db.session.add(event)
        db.session.flush()
        return event

    mutate(events, "_store", look_first)
    with pytest.raises(AssertionError, match="IntegrityError"):
        race_deliveries(app)


@ON_POSTGRES
def test_p01_without_the_row_lock(app: Flask, ground: Stack, mutate: Mutate) -> None:
    """Two who read the same epoch both raise it; the unique index on epochs refuses one of them."""

    def read(conversation_id: str) -> Conversation | None:
        query = select(Conversation).join(Conversation.customer).options(contains_eager(Conversation.customer))
        return db.session.scalar(
            query.where(Conversation.id == conversation_id).execution_options(populate_existing=True)
        )

    mutate(Conversation, "locked", read)
    with pytest.raises((AssertionError, IntegrityError)):
        burst(app, ground, bursts=50, seed=5)


def _lie(app: Flask, ground: Stack, seconds: float) -> None:
    """P5: a key lies about a conversation that people own."""
    assert ground.redis
    url, conversation_id = ground.environment["FIKO_REDIS_URL"], new_conversation()
    conversations.redirect(conversation_id, "support", PERSON)
    with redis_is("lying", ground.redis, url, conversation_id), reconciling(app):
        assert say(conversation_id).ai_reply == "none"
        truth.mirrored(ground.redis, url, conversation_id, seconds)


def test_p05_a_lie_is_found(app: Flask, ground: Stack) -> None:
    _lie(app, ground, truth.MIRROR_SECONDS)


def test_p05_without_the_reconciler(app: Flask, ground: Stack, mutate: Mutate) -> None:
    mutate(Mirror, "run_reconciler", lambda *_: None)
    with pytest.raises(AssertionError, match="the key says"):
        _lie(app, ground, seconds=5)


def _write_late(app: Flask, ground: Stack) -> None:
    """P5: what an earlier commit made due arrives after a later one's."""
    assert ground.redis
    conversation_id = new_conversation()
    conversations.redirect(conversation_id, "support", PERSON)
    url = ground.environment["FIKO_REDIS_URL"]
    truth.mirrored(ground.redis, url, conversation_id)
    app.extensions["mirror"].follow([MirrorDue(conversation_id, True, 1, "")])
    truth.mirrored(ground.redis, url, conversation_id, seconds=0.1)


def test_p05_a_late_write_changes_nothing(app: Flask, ground: Stack) -> None:
    _write_late(app, ground)


def test_p05_without_the_order_of_epochs(app: Flask, ground: Stack, mutate: Mutate) -> None:
    mutate(keys, "WRITE", "redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3]) return 1")
    with pytest.raises(AssertionError, match="the key says"):
        _write_late(app, ground)


def test_sqlite_without_the_immediate_begin(new_ground: NewGround) -> None:
    """A reading transaction that turns into a writing one is refused once somebody else has written."""

    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN")

    event.remove(Engine, "begin", extensions._begin_sqlite)
    event.listen(Engine, "begin", begin)
    try:
        with new_ground("sqlite") as stack, opened(stack.environment) as app, pytest.raises(LOCKED):
            many_writers(app, times=5)
    finally:
        event.remove(Engine, "begin", begin)
        event.listen(Engine, "begin", extensions._begin_sqlite)
