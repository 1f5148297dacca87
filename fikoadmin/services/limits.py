"""What holds an execution back: the operators' limits on a workflow."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, func, select

from ..clock import now
from ..engine.schedule import moment_of
from ..extensions import db
from ..matching import LiveWorkflow
from ..models.executions import OPEN, SKIPPED, Execution
from ..words import N_

NOT_YET = N_("the workflow's start date has not come")
OVER = N_("the workflow's end date has passed")
MAX_EXECUTIONS = N_("the customer has had the most executions of this workflow")
TOO_SOON = N_("too soon after the last execution for this customer")
STILL_OPEN = N_("an execution of this workflow is still open in this conversation")


def held_back(workflow: LiveWorkflow, customer_id: int | None, conversation_id: str | None, timezone: ZoneInfo) -> str:
    """The reason why `workflow` may not start now for that customer; empty where it may."""
    reason = by_date(workflow, timezone)
    if not reason and workflow.has_limits and customer_id is not None:
        reason = _by_count(workflow, customer_id)
    if not reason and workflow.may_stay_open and conversation_id is not None:
        reason = _by_open_one(workflow, conversation_id)
    return reason


def by_date(workflow: LiveWorkflow, timezone: ZoneInfo) -> str:
    """Why `workflow` may not run at this moment, by its start and end date; empty where it may."""
    if workflow.start_date and now() < moment_of(workflow.start_date, timezone):
        return NOT_YET
    if workflow.end_date and now() > moment_of(workflow.end_date, timezone):
        return OVER
    return ""


def _by_count(workflow: LiveWorkflow, customer_id: int) -> str:
    _write_started()
    count, last = db.session.execute(
        select(func.count(), func.max(Execution.started_at)).where(_started(workflow, customer_id))
    ).one()
    if workflow.max_executions and count >= workflow.max_executions:
        return MAX_EXECUTIONS
    pause = timedelta(seconds=workflow.delay_between_executions)
    return TOO_SOON if last is not None and last + pause > now() else ""


def _started(workflow: LiveWorkflow, customer_id: int) -> ColumnElement[bool]:
    return (
        (Execution.workflow_id == workflow.id)
        & (Execution.customer_id == customer_id)
        & (Execution.status != SKIPPED)
        & Execution.retry_of_id.is_(None)
    )


def _by_open_one(workflow: LiveWorkflow, conversation_id: str) -> str:
    _write_started()
    open_one = exists().where(
        Execution.workflow_id == workflow.id,
        Execution.conversation_id == conversation_id,
        Execution.status.in_(OPEN),
    )
    return STILL_OPEN if db.session.scalar(select(open_one)) else ""


def _write_started() -> None:
    """What this transaction has started counts too; where that is nothing, nothing is written early."""
    if any(isinstance(row, Execution) for row in db.session.new):
        db.session.flush()
