"""Y5: worker processes go on with executions whose delay is over, against pgbench doing two writes alone."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select, update

from bench.ground import Ground, conversations
from bench.rounds import in_turn
from bench.table import Line
from bench.y3 import pgbench
from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.executions import COMPLETED, Execution
from fikoadmin.models.jobs import AVAILABLE, END_WAIT, Job
from fikoadmin.services import executions
from tests.contract.documents import action, redirect, row, unique, when
from tests.faults.ground import PROGRAM, live_workflow

GOAL = 0.05
SHARED_GOAL = 1.7
ROUNDS = 3
EXECUTIONS = 400
PATIENCE = 120.0
PROGRAM_FILE = Path(sys.executable).with_name("fikoadmin")


def measure(ground: Ground) -> Iterator[Line]:
    """Executions a second from the moment at which all are due, each redirected once."""
    delay = action("delay", delay_amount=1, delay_unit="hours")
    workflow_id = live_workflow(row(when(unique("never")), delay, redirect("billing")))
    rates = {}
    for count in (1, 2):
        with _workers(ground, count):
            _drain(workflow_id, 20)  # all of them are there
            rates[count] = in_turn(lambda _n: _drain(workflow_id, EXECUTIONS), lambda _n: pgbench(ground, 3), ROUNDS)
    one, two = rates[1], rates[2]
    yield Line(
        "Y5 due executions, one worker process", f"{one.ours:.0f}/s", f"{one.reference:.0f}/s",
        f"{one.ratio:.3f}", f"at least {GOAL:g}", one.ratio >= GOAL,
    )  # fmt: skip
    gain = two.ratio / one.ratio
    yield Line(
        "Y5 the same, two against one", f"{two.ours:.0f}/s", f"{one.ours:.0f}/s",
        f"{gain:.2f}", f"at least {SHARED_GOAL:g}", gain >= SHARED_GOAL,
    )  # fmt: skip


@contextmanager
def _workers(ground: Ground, count: int) -> Iterator[None]:
    environment = os.environ | ground.environment
    started = [subprocess.Popen([str(PROGRAM_FILE), "worker"], env=environment) for _ in range(count)]
    time.sleep(5)  # a late one would not be measured
    try:
        yield
    finally:
        for worker in started:
            worker.terminate()
        for worker in started:
            worker.wait(30)


def _drain(workflow_id: int, count: int) -> float:
    ids = conversations(count)
    for conversation_id in ids:
        executions.trigger(workflow_id, conversation_id, PROGRAM)
    with transaction() as session:
        session.execute(update(Job).where(Job.kind == END_WAIT, Job.state == AVAILABLE).values(due_at=now()))
    began = time.perf_counter()
    while _completed(ids) < count:
        assert time.perf_counter() - began < PATIENCE, "the workers do not come to the end"
        time.sleep(0.05)
    rate = count / (time.perf_counter() - began)
    owners = select(Conversation.destination, Conversation.epoch).where(Conversation.id.in_(ids)).distinct()
    assert [tuple(owner) for owner in db.session.execute(owners)] == [("billing", 2)]
    return rate


def _completed(ids: list[str]) -> int:
    db.session.rollback()
    ended = select(func.count()).where(Execution.conversation_id.in_(ids), Execution.status == COMPLETED)
    return db.session.scalar(ended) or 0
