"""Many executions cancelled or run again at once: listed, looked at, started, watched, cancelled (P27).

The list and each execution's status are frozen when it is made; what changed since is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from ..errors import Conflict, Invalid
from ..extensions import db, transaction
from ..models import bulk, bulk_operations, found
from ..models.accounts import Operator
from ..models.actors import Actor
from ..models.bulk_operations import BulkOperation, OperationRow
from ..models.executions import OPEN, Execution
from ..models.held import Held, HeldJob
from ..words import N_
from . import bulk_lists, executions
from .bulk_lists import AT_MOST

NOTHING_CHOSEN = N_("Choose at least one execution.")
NOTHING_TO_DO = N_("Choose what is done with them.")
HAS_ENDED = N_("it has ended already")
HAS_NOT_ENDED = N_("it has not ended")
NOT_LIVE = N_("no version of its workflow is live")
RETRIED = N_("it was run again after the list was made")


def list_shown(shown: Sequence[tuple[int, str]], operator: Operator) -> BulkOperation:
    """A list of these executions under the statuses that the page showed: (id, status). Raises Invalid."""
    statuses = dict(shown)
    with transaction():
        known = set(db.session.scalars(select(Execution.id).where(Execution.id.in_(list(statuses)[:AT_MOST]))))
        return _listed([(id_, status) for id_, status in statuses.items() if id_ in known], operator)


def list_fitting(
    operator: Operator, *,
    workflow_id: int | None = None, conversation_id: str | None = None, status: str | None = None,
    since: datetime | None = None,
) -> BulkOperation:  # fmt: skip
    """A list of the executions that fit, the newest first, as they are now. Raises Invalid."""
    with transaction():
        fitting = bulk_operations.fitting(
            AT_MOST, workflow_id=workflow_id, conversation_id=conversation_id, status=status, since=since
        )
        return _listed(fitting, operator)


def _listed(rows: Sequence[tuple[int, str]], operator: Operator) -> BulkOperation:
    if not rows:
        raise Invalid("chosen", NOTHING_CHOSEN)
    return bulk_lists.keep(BulkOperation(), [{"execution_id": id_, "status": status} for id_, status in rows], operator)


def start(bulk_id: int, verb: str, operator: Operator) -> BulkOperation:
    """Has a job do that to the executions of the list, in the name of who starts it. Raises NotFound, Invalid,
    Conflict."""
    if verb not in bulk_operations.VERBS:
        raise Invalid("verb", NOTHING_TO_DO)
    with transaction():
        one = bulk_lists.begin(BulkOperation, bulk_id, operator)
        one.verb = verb
    return one


def cancel(bulk_id: int, operator: Operator) -> BulkOperation:
    """Leaves alone what has not had its turn; what is done stays done. Raises NotFound, Conflict."""
    return bulk_lists.cancel(BulkOperation, bulk_id, operator)


def operate_listed(held: Held) -> None:
    """Cancels the executions of the list or runs them again, each in a transaction of its own."""
    bulk_lists.go_through(BulkOperation, held, OperationRow.execution_id, _operate)


def gave_up(job: HeldJob, reason: str) -> None:
    """After the last try: what is left is not done, with the reason."""
    bulk_lists.give_up(BulkOperation, int(job.subject), reason)


def _operate(bulk_id: int, position: int, execution_id: int) -> None:
    with transaction():
        execution, _ = executions.locked(execution_id)
        row = OperationRow.locked(bulk_id, position)
        if row:  # else another worker was faster, or it was cancelled
            one = db.session.get_one(BulkOperation, bulk_id)
            row.end(*(_cancel if one.verb == bulk_operations.CANCEL else _retry)(one, row, execution))


def _cancel(one: BulkOperation, _row: OperationRow, execution: Execution) -> tuple[str, str]:
    if not execution.is_open:
        return bulk.SKIPPED, HAS_ENDED
    executions.cancel(execution.id, _author(one))
    return bulk.CHANGED, ""


def _retry(one: BulkOperation, row: OperationRow, execution: Execution) -> tuple[str, str]:
    if reason := _not_retried(one, row, execution):
        return bulk.SKIPPED, reason
    on_live = one.verb == bulk_operations.RETRY_LIVE
    if on_live and not execution.workflow.is_live:
        return bulk.FAILED, NOT_LIVE
    try:
        again = executions.retry(execution.id, _author(one), on_live=on_live)
    except Conflict as conflict:  # raised before anything is written
        return bulk.FAILED, conflict.message
    row.new_execution = again
    return bulk.CHANGED, ""


def _not_retried(one: BulkOperation, row: OperationRow, execution: Execution) -> str:
    """Why it is left alone; empty where it is not."""
    if execution.is_open:
        return HAS_NOT_ENDED
    if row.status in OPEN:
        return bulk.CHANGED_MEANWHILE
    again = found.retries_of(execution)
    was_retried = again and db.session.get_one(Execution, again[-1]).started_at >= one.created_at
    return RETRIED if was_retried else ""


def _author(one: BulkOperation) -> Actor:
    return Actor("operator", str(one.operator_id), one.operator_label)
