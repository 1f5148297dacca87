"""P2, P5 and P12 over the full matrix: both databases, five states of Redis, one process and several.

One process: the app serves and works in this process. Several: two others work, this one serves, and for P12 three
more deliver. Where an axis cannot differ it is still played: what cannot happen is what a later change breaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from random import Random

import pytest
from sqlalchemy import func, select

from fikoadmin import jobs
from fikoadmin.extensions import db
from fikoadmin.models.jobs import ANSWER_CUSTOMER, AVAILABLE, Job
from fikoadmin.services import conversations
from tests.conftest import STACKS, Stack
from tests.fakes.ai_server import AIServer
from tests.faults import deliveries, truth
from tests.faults.chance import wait_until
from tests.faults.conftest import NewGround, with_model
from tests.faults.deliveries import deal, deliver, deliver_here, once_each, some_events
from tests.faults.ground import PERSON, live_workflow, new_conversation, opened, say
from tests.faults.redis_states import STATES, redis_is
from tests.faults.worker import workers

SEVERAL = 3


@dataclass(frozen=True)
class Installation:
    stack: Stack
    model: AIServer
    is_one_process: bool

    @property
    def environment(self) -> dict[str, str]:
        return with_model(self.stack, self.model)

    def redis_is(self, state: str, conversation_id: str) -> AbstractContextManager[None]:
        assert self.stack.redis
        return redis_is(state, self.stack.redis, self.environment["FIKO_REDIS_URL"], conversation_id)

    def mirrored(self, conversation_id: str) -> None:
        assert self.stack.redis
        truth.mirrored(self.stack.redis, self.environment["FIKO_REDIS_URL"], conversation_id)


@pytest.fixture(scope="module", params=STACKS)
def database(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module", params=["one process", "several"])
def installation(request: pytest.FixtureRequest, database: str, new_ground: NewGround) -> Iterator[Installation]:
    with AIServer() as model, new_ground(database) as stack:
        made = Installation(stack, model, request.param == "one process")
        with opened(made.environment) as app:
            for document in deliveries.workflows():
                live_workflow(document)
            if made.is_one_process:
                jobs.start(app)
                yield made
                jobs.stop()
            else:
                with workers(made.environment, 2):
                    yield made


@pytest.fixture(params=STATES)
def state(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _jobs(conversation_id: str, *states: str) -> int:
    db.session.rollback()
    found = select(func.count()).select_from(Job).where(Job.kind == ANSWER_CUSTOMER, Job.state.in_(states))
    return db.session.scalar(found.where(Job.subject.startswith(conversation_id))) or 0


def _is_answered(conversation_id: str) -> bool:
    return not _jobs(conversation_id, AVAILABLE)


def test_p02_an_answer_in_flight_is_not_sent(installation: Installation, state: str) -> None:
    conversation_id = new_conversation()
    installation.model.hold()
    say(conversation_id)
    installation.model.wait_until_held()
    with installation.redis_is(state, conversation_id):
        conversations.redirect(conversation_id, "support", PERSON)
        installation.model.works()
        wait_until(partial(_is_answered, conversation_id), "the answer has come back")
    assert [message.type for message in truth.said(conversation_id)] == ["customer"]
    truth.nothing_consumed(conversation_id)


def test_p05_the_database_decides_and_the_key_is_right_again(installation: Installation, state: str) -> None:
    conversation_id = new_conversation()
    conversations.redirect(conversation_id, "support", PERSON)
    installation.mirrored(conversation_id)
    with installation.redis_is(state, conversation_id):
        assert say(conversation_id).ai_reply == "none"
        assert not _jobs(conversation_id, AVAILABLE)
    installation.mirrored(conversation_id)
    assert [message.type for message in truth.said(conversation_id)] == ["customer"]


def test_p12_once_per_event(installation: Installation, state: str) -> None:
    what = some_events(6)
    before = deliveries.rows()
    with installation.redis_is(state, "none"):
        if installation.is_one_process:
            told = deliver_here([delivery for delivery in what for _ in range(3)], Random(12))
        else:
            told = deliver(installation.environment, deal(what, 3, SEVERAL))
    once_each(what, told)
    left = deliveries.rows()
    assert {name: left[name] - before[name] for name in left} == deliveries.expected(what)
