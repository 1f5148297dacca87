"""Y11: one message against 10 and against 10,000 live workflows with three keywords each, the whole event."""

from __future__ import annotations

import copy
import json
from typing import Any

from sqlalchemy import insert

from bench.ground import OTHER_TEXT, conversations
from bench.rounds import in_turn, per_second
from bench.table import Line
from bench.y12 import nothing
from fikoadmin import documents
from fikoadmin.extensions import db, transaction
from fikoadmin.models.workflows import ACTIVE, LiveSpan, Workflow, WorkflowVersion
from fikoadmin.services.settings import live_workflows_changed
from tests.contract.documents import redirect_workflow
from tests.faults.ground import say

GOAL = 3.0
FEW, MANY = 10, 10_000
ROUNDS = 5
EVENTS = 60
AT_ONCE = 1_000


def measure() -> Line:
    """An event that matches none of them, with few live workflows and with many."""
    have_live(FEW)
    few = _cost()
    have_live(MANY)
    many = _cost()
    have_live(0)
    ratio = many / few
    return Line(
        f"Y11 an event among {MANY:,} live workflows, against {FEW}", f"{many:.1f} x SELECT 1", f"{few:.1f} x SELECT 1",
        f"{ratio:.2f}", f"at most {GOAL:g}", ratio <= GOAL,
    )  # fmt: skip


def _cost() -> float:
    """Of an event, in statements that ask nothing: what else the machine does falls on both."""
    waiting = iter(conversations((ROUNDS + 1) * EVENTS, owner="support"))
    say(next(iter(conversations(1, owner="support"))), OTHER_TEXT)  # renews the index
    return in_turn(
        lambda _n: per_second(nothing, EVENTS),
        lambda _n: per_second(lambda: say(next(waiting), OTHER_TEXT), EVENTS),
        ROUNDS,
    ).ratio


def have_live(count: int) -> None:
    """Adds live workflows until there are that many of the bench's own, each with keywords of its own; 0: none."""
    with transaction() as session:
        own = Workflow.description == "bench"
        if not count:
            session.query(Workflow).filter(own).update({"status": "ARCHIVED"})
        present = session.query(Workflow).filter(own, Workflow.status == ACTIVE).count()
        for start in range(present, count, AT_ONCE):
            _add(range(start, min(start + AT_ONCE, count)))
        live_workflows_changed()


def _add(numbers: range) -> None:
    template: dict[str, Any] = json.loads(json.dumps(redirect_workflow("sales", "x")))
    same = {"description": "bench", "status": ACTIVE, "rest": {}}
    rows = [{"name": f"Bench {n}", "order": 1_000 + n, **same} for n in numbers]
    ids = db.session.scalars(insert(Workflow).returning(Workflow.id, sort_by_parameter_order=True), rows).all()
    versions = [
        {"workflow_id": id_, "number": 1, "digest": str(id_), "document": _with_keywords(template, n)}
        for id_, n in zip(ids, numbers, strict=True)
    ]
    version_ids = db.session.scalars(
        insert(WorkflowVersion).returning(WorkflowVersion.id, sort_by_parameter_order=True), versions
    ).all()
    pairs = list(zip(ids, version_ids, strict=True))
    for id_, version_id in pairs:
        db.session.query(Workflow).filter_by(id=id_).update({"live_version_id": version_id})
    db.session.execute(insert(LiveSpan), [{"workflow_id": w, "version_id": v, "since": 0} for w, v in pairs])


def _with_keywords(template: dict[str, Any], number: int) -> dict[str, Any]:
    document = copy.deepcopy(template)
    document["nodes"][0]["keywords"] = [f"word{number}x{part}" for part in range(3)]
    assert documents.read_value(document)
    return document
