"""Y13: a workflow of 500 nodes beside one of 50: opened in the editor, published, run."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask
from sqlalchemy import func, select

from bench.ground import conversations
from bench.reader import Reader, seconds
from bench.rounds import in_turn
from bench.table import Line
from bench.y6 import of_notes
from fikoadmin.extensions import db
from fikoadmin.jobs.kinds import KINDS
from fikoadmin.jobs.runner import Runner
from fikoadmin.models import due
from fikoadmin.models.executions import COMPLETED, Execution, Step
from fikoadmin.services import executions
from tests.contract.documents import by_hand, note
from tests.faults.ground import PROGRAM, live_workflow

FEW, MANY = 50, 500
GOAL = 3.0
# Linear: a step, or a node that is published, costs no more in the large one. (A fifth is left for noise.)
LINEAR = 1.2
ROUNDS = 3


def measure(app: Flask, reader: Reader) -> Iterator[Line]:
    few, many = of_notes(FEW), of_notes(MANY)
    opened = in_turn(lambda _n: _open(reader, many), lambda _n: _open(reader, few), ROUNDS)
    yield _line("open the editor", opened.ours, opened.reference, opened.ratio, GOAL)
    published = in_turn(lambda _n: seconds(lambda: _publish(MANY), 1), lambda _n: seconds(lambda: _publish(FEW), 2), 2)
    yield _line("import and publish, a node", published.ours / MANY, published.reference / FEW, None, LINEAR)
    run = in_turn(lambda _n: _run(app, many, MANY), lambda _n: _run(app, few, FEW), ROUNDS)
    yield _line("run, a step", run.ours / MANY, run.reference / FEW, None, LINEAR)


def _line(what: str, ours: float, reference: float, ratio: float | None, goal: float) -> Line:
    ratio = ratio or ours / reference
    return Line(
        f"Y13 {MANY} nodes against {FEW}: {what}", f"{ours * 1000:.2f} ms", f"{reference * 1000:.2f} ms",
        f"{ratio:.2f}", f"at most {goal:g}", ratio <= goal,
    )  # fmt: skip


def _open(reader: Reader, workflow_id: int) -> float:
    return seconds(lambda: reader.get(f"/workflows/{workflow_id}"), 3)


def _publish(nodes: int) -> None:
    live_workflow(by_hand(*(note("x", f"note {n}") for n in range(nodes - 1))))


def _run(app: Flask, workflow_id: int, nodes: int) -> float:
    """Seconds from the trigger to the end, the jobs that go on with a long execution among them."""
    (conversation_id,) = conversations(1, owner="support")
    spent = seconds(lambda: _run_to_the_end(app, workflow_id, conversation_id), 1)
    ran = select(Execution.status, func.count(Step.id)).join(Execution.steps).group_by(Execution.id, Execution.status)
    row = db.session.execute(ran.where(Execution.conversation_id == conversation_id)).one()
    assert tuple(row) == (COMPLETED, nodes), row
    return spent


def _run_to_the_end(app: Flask, workflow_id: int, conversation_id: str) -> None:
    executions.trigger(workflow_id, conversation_id, PROGRAM)
    runner = Runner(app, KINDS)
    for _ in range(100):
        ids = list(db.session.scalars(due.oldest(24)))
        db.session.rollback()
        if not ids:
            return
        for id_ in ids:
            runner.execute(id_)
    raise AssertionError("jobs are due and due again")
