"""An answer and the end of its time limit at the same instant, in two processes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Any

from sqlalchemy import select, update

from fikoadmin.errors import LeaseLost
from fikoadmin.extensions import db, transaction
from fikoadmin.models.base import database_time
from fikoadmin.models.executions import COMPLETED, Execution
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import END_WAIT, Job
from fikoadmin.models.messages import NOTE, Message
from fikoadmin.models.waits import Wait
from fikoadmin.services import waits
from tests.conftest import Stack
from tests.contract.documents import Document, connection, document, node, note, unique, when
from tests.faults.chance import PATIENCE, jitter
from tests.faults.deliveries import FRESH
from tests.faults.ground import live_workflow, new_conversation, opened, say, shown
from tests.faults.programs import Mutation

WON = {"answer": "answered", "timeout": "too late"}


@dataclass(frozen=True)
class Rivalry:
    """A conversation that is asked something, and the job that ends the time limit, which is due."""

    conversation_id: str
    job_id: int


def asked(count: int) -> list[Rivalry]:
    """That many of them."""
    keyword = unique("ask")
    live_workflow(_asking(keyword))
    ids = [new_conversation() for _ in range(count)]
    for conversation_id in ids:
        say(conversation_id, keyword)
    with transaction() as session:
        session.execute(update(Job).where(Job.kind == END_WAIT).values(due_at=database_time(-1)))
    return [Rivalry(conversation_id, _job_of(conversation_id)) for conversation_id in ids]


def _asking(keyword: str) -> Document:
    begin = when(keyword)
    ask = node(
        "waiting", "Ask", customer_message="Your name?", storage_type="text",
        response_time_limit_enabled=True, response_timeout_amount=1, response_timeout_unit="hours",
    )  # fmt: skip
    heard, late = note(WON["answer"]), note(WON["timeout"])
    ways = [connection(begin, ask), connection(ask, heard), connection(ask, late, "timeout")]
    return document([begin, ask, heard, late], ways)


def _job_of(conversation_id: str) -> int:
    wait = db.session.scalars(select(Wait).where(Wait.conversation_id == conversation_id)).one()
    return db.session.scalars(select(Job.id).where(Job.key == wait.job_key)).one()


def _answer(rivalry: Rivalry) -> Callable[[], object]:
    return partial(say, rivalry.conversation_id, "Sara")


def _time_out(rivalry: Rivalry) -> Callable[[], object]:
    held = Held.take(rivalry.job_id)
    assert held, "the job is due and nobody else's"
    return partial(waits.end_wait, held)


def _rival(
    environment: Mapping[str, str], does: Callable[[Rivalry], Callable[[], object]], all_of_them: Sequence[Rivalry],
    mutation: Mutation | None, together: Barrier, said: Any,
) -> None:  # fmt: skip
    if mutation:
        mutation()
    chance, errors = Random(), list[str]()
    with opened(environment), jitter(chance):
        new_conversation()  # its first commit: it is ready
        for rivalry in all_of_them:
            act = does(rivalry)
            together.wait(PATIENCE)
            time.sleep(chance.uniform(0, 0.005))
            try:
                act()
            except LeaseLost:
                continue  # the answer has cancelled the job meanwhile
            except Exception as error:  # whatever it is, one of them has failed
                errors.append(type(error).__name__)
    said.put(errors)


def race(environment: Mapping[str, str], rivalries: Sequence[Rivalry], mutation: Mutation | None = None) -> list[str]:
    """F8: both at once for each of them; the errors that one of the two was told."""
    said, together = FRESH.Queue(), FRESH.Barrier(2)
    begin = partial(FRESH.Process, target=_rival)
    rivals = [begin(args=(environment, does, rivalries, mutation, together, said)) for does in (_answer, _time_out)]
    for rival in rivals:
        rival.start()
    try:
        return [error for _ in rivals for error in said.get(timeout=PATIENCE + len(rivalries))]
    finally:
        for rival in rivals:
            rival.join(5)
            rival.kill()


def one_wins(rivalries: Iterable[Rivalry]) -> dict[str, int]:
    """P16: exactly one of the two has ended the wait, with its own effects alone; how often which one did."""
    wins = dict.fromkeys(WON, 0)
    for rivalry in rivalries:
        row = shown(rivalry.conversation_id)
        wait = db.session.scalars(select(Wait).where(Wait.conversation_id == row.id)).one()
        assert wait.ended_as in WON
        wins[wait.ended_as] += 1
        notes = select(Message.content).where(Message.conversation_id == row.id, Message.type == NOTE)
        assert db.session.scalars(notes).all() == [WON[wait.ended_as]], "one set of effects"
        execution = db.session.get_one(Execution, wait.execution_id)
        assert (execution.status, row.awaited_answers, len(execution.steps)) == (COMPLETED, 0, 3)
    return wins


def answer_or_timeout(ground: Stack, count: int, mutation: Mutation | None = None) -> dict[str, int]:
    """That many times; nobody is told of an error, and each of the two wins now and then."""
    rivalries = asked(count)
    db.session.rollback()
    errors = race(ground.environment, rivalries, mutation)
    wins = one_wins(rivalries)
    assert not errors, f"one of the two was told {errors[0]}"
    assert all(wins.values()), f"it was no race: {wins}"
    return wins
