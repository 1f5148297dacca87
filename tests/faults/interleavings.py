"""An AI answer in flight while something else lands: every order of it, by chance that can be repeated."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from random import Random

from flask import Flask
from sqlalchemy import func, select

from fikoadmin import live
from fikoadmin.ai import Answer, Question, Responder
from fikoadmin.errors import Conflict
from fikoadmin.extensions import db
from fikoadmin.jobs.kinds import KINDS
from fikoadmin.jobs.runner import Runner
from fikoadmin.models.due import may_be_taken
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import ANSWER_CUSTOMER, AVAILABLE, Job
from fikoadmin.services import answers, conversations
from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults import truth
from tests.faults.chance import PATIENCE, Work, at_once, jitter, wait_until
from tests.faults.ground import PERSON, new_conversation, say

WORKERS = 2


class Stamped:
    """A responder whose answers begin with the epoch under which they were asked for."""

    def __init__(self, responder: Responder, chance: Random) -> None:
        self._responder = responder
        self._chance = chance
        self._asking = threading.local()

    def run(self, held: Held) -> None:
        """The handler of the job, which knows the epoch."""
        self._asking.epoch = held.job.epoch
        answers.answer_customer(held)

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Answer:
        answer = self._responder.answer(question, cancelled)
        time.sleep(self._chance.uniform(0, 0.005))
        return replace(answer, text=f"{self._asking.epoch}: {answer.text}")

    def judge(self, prompt: str, question: Question, cancelled: Callable[[], bool]) -> bool:
        return self._responder.judge(prompt, question, cancelled)


@contextmanager
def working(app: Flask, stamped: Stamped) -> Iterator[None]:
    """Two threads that do what is due, as the real runner does it."""
    app.extensions["responder"] = stamped
    runner = Runner(app, {**KINDS, ANSWER_CUSTOMER: replace(KINDS[ANSWER_CUSTOMER], run=stamped.run)})
    rings = [live.subscribe(app, ["jobs"]) for _ in range(WORKERS)]

    def work(ring: live.Subscription) -> None:
        with app.app_context():
            while not ring.ended:
                ring.wait(0.1)
                time.sleep(0.002)  # SQLite's clock ticks in milliseconds
                for job_id in _due():
                    runner.execute(job_id)

    threads = [threading.Thread(target=work, args=(ring,), daemon=True) for ring in rings]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        runner.stop()
        for ring, thread in zip(rings, threads, strict=True):
            ring.close()
            thread.join(PATIENCE)


_DUE = select(Job.id).where(may_be_taken())


def _due() -> list[int]:
    found = list(db.session.scalars(_DUE))
    db.session.rollback()
    return found


def _is_idle() -> bool:
    db.session.rollback()
    return not db.session.scalar(select(func.count()).select_from(Job).where(Job.state == AVAILABLE))


class Acts:
    """What may happen to one conversation meanwhile."""

    NAMES = ("writes", "replies", "to_people", "to_ai", "there_and_back", "closes", "off_and_on", "empties")

    def __init__(self, conversation_id: str, ground: Stack) -> None:
        self.id = conversation_id
        self._ground = ground

    def writes(self) -> None:
        say(self.id, "and another thing")

    def replies(self) -> None:
        conversations.reply(self.id, "Let me look", PERSON)

    def to_people(self) -> None:
        conversations.redirect(self.id, "sales", PERSON)

    def to_ai(self) -> None:
        conversations.redirect(self.id, "ai", PERSON)

    def there_and_back(self) -> None:
        self.to_people()
        self.to_ai()

    def closes(self) -> None:
        conversations.close(self.id, PERSON)

    def off_and_on(self) -> None:
        conversations.set_ai(self.id, False, PERSON)
        with suppress(Conflict):  # by now somebody else may own it
            conversations.set_ai(self.id, True, PERSON)

    def empties(self) -> None:
        assert self._ground.redis
        with self._ground.redis.client(self._ground.environment["FIKO_REDIS_URL"]) as client:
            client.flushdb()


def play(app: Flask, ground: Stack, model: AIServer, rounds: int, seed: int, names: Sequence[str] = Acts.NAMES) -> None:
    """F6: that many interleavings of those acts, each on a conversation of its own, each checked from its rows."""
    stamped = Stamped(app.extensions["responder"], Random(seed))
    with working(app, stamped), jitter(Random(seed)):
        for number in range(rounds):
            _play_one(app, ground, model, Random(f"{seed}/{number}"), names)


def _play_one(app: Flask, ground: Stack, model: AIServer, chance: Random, among: Sequence[str]) -> None:
    acts = Acts(new_conversation(), ground)
    model.hold()
    say(acts.id)
    model.wait_until_held()
    names = chance.choices(among, k=chance.randint(1, 4))
    works: list[Work] = [getattr(acts, name) for name in names]
    works.insert(chance.randint(0, len(works)), model.release)
    at_once(app, [partial(_in_a_row, lane, chance) for lane in _lanes(works, chance)])
    model.works()
    wait_until(_is_idle, f"every answer is given or superseded after {names}")
    try:
        check(acts.id)
    except AssertionError as error:
        raise AssertionError(f"{error}, after {names}") from error


def _lanes(works: list[Work], chance: Random) -> list[list[Work]]:
    """The works dealt to one, two or three that go at the same time; in each they keep their order."""
    lanes: list[list[Work]] = [[] for _ in range(chance.randint(1, 3))]
    for work in works:
        chance.choice(lanes).append(work)
    return [lane for lane in lanes if lane]


def _in_a_row(lane: list[Work], chance: Random) -> None:
    for work in lane:
        time.sleep(chance.uniform(0, 0.006))
        work()


def check(conversation_id: str) -> None:
    truth.epochs_without_a_gap(conversation_id)
    truth.answers_fenced(conversation_id)
    truth.one_answer_a_stretch(conversation_id)
    truth.nothing_consumed(conversation_id)
