"""Live workflows and their executions, for the pages that show them."""

import json
from collections.abc import Mapping
from typing import Any

from flask import Flask

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models.executions import Execution, Step
from fikoadmin.services import executions, workflows
from tests.web.drafting import AUTHOR


def live(app: Flask, document: Mapping[str, Any]) -> int:
    """The id of a live workflow of that document."""
    with app.app_context():
        workflow, _ = workflows.import_document(json.dumps(document).encode(), AUTHOR)
        return workflows.activate(workflow.id, AUTHOR).id


def ran(app: Flask, workflow_id: int, conversation_id: str) -> int:
    """The id of a new execution, started by hand."""
    with app.app_context():
        return executions.trigger(workflow_id, conversation_id, AUTHOR).id


def execution_at(app: Flask, execution_id: int) -> Execution:
    with app.app_context():
        return db.session.get_one(Execution, execution_id)


def newest(app: Flask, workflow_id: int) -> Execution:
    with app.app_context():
        found = db.session.query(Execution).filter_by(workflow_id=workflow_id).order_by(Execution.id.desc()).first()
        assert found
        return found


def copies(app: Flask, execution_id: int, count: int) -> None:
    """So many more executions like that one, each with an event of its own."""
    with app.app_context(), transaction() as session:
        like = session.get_one(Execution, execution_id)
        event = like.event
        for _ in range(count):
            copy = type(event)(event_type=event.event_type, conversation_id=event.conversation_id)
            execution = Execution(
                workflow_id=like.workflow_id, version_id=like.version_id, event=copy, status=like.status,
                conversation_id=like.conversation_id, customer_id=like.customer_id, finished_at=now(),
            )  # fmt: skip
            execution.steps = [Step(position=0, node_id="x", node_type="when", title="Start", outcome="passed")]
            session.add(execution)
