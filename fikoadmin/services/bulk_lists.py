"""What all work on many things shares (P27): the list is frozen, then started, gone through turn by turn, cancelled.

A worker that stops in the middle leaves the rest to the next one: a row has its outcome in the same transaction as the
change itself, so nothing is done twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import insert, update
from sqlalchemy.orm import InstrumentedAttribute

from ..clock import now
from ..errors import Conflict, NotFound
from ..extensions import db, transaction
from ..models import bulk
from ..models.accounts import Operator
from ..models.bulk import BulkList, Subject
from ..models.held import Held
from ..models.jobs import Job
from ..words import N_

AT_MOST = 1_000
AT_ONCE = 50
HAS_BEGUN = N_("this list has been started or cancelled already")
HAS_ENDED = N_("this list has ended already")
NO_SUCH = N_("there is no such list")

List = TypeVar("List", bound=BulkList)
Kind = type[BulkList]


def keep(made: List, rows: Sequence[Mapping[str, object]], operator: Operator) -> List:
    """Adds the list with its rows, in their order, to the present transaction."""
    made.operator_id, made.operator_label, made.total = operator.id, operator.name, len(rows)
    db.session.add(made)
    db.session.flush()
    numbered = [{"bulk_id": made.id, "position": position, **row} for position, row in enumerate(rows, 1)]
    db.session.execute(insert(made.rows), numbered)
    return made


def begin(kind: type[List], bulk_id: int, operator: Operator) -> List:
    """Has a job go through the list, in the name of who starts it, in the present transaction. Raises NotFound,
    Conflict."""
    one = locked(kind, bulk_id)
    if one.state != bulk.READY:
        raise Conflict(HAS_BEGUN)
    one.begin(operator.id, operator.name)
    Job.queue(one.job_kind, one.id, key=one.job_key)
    return one


def cancel(kind: type[List], bulk_id: int, operator: Operator) -> List:
    """Leaves alone what has not had its turn; what is done stays done. Raises NotFound, Conflict."""
    with transaction():
        one = locked(kind, bulk_id)
        if not one.is_open:
            raise Conflict(HAS_ENDED)
        one.end(bulk.CANCELLED)
        one.cancelled_by = operator.name
        _end_rest(kind, one.id, bulk.SKIPPED, bulk.WAS_CANCELLED)
    return one


def go_through(
    kind: Kind, held: Held, subject: InstrumentedAttribute[Subject], turn: Callable[[int, int, Subject], None]
) -> None:
    """Calls `turn(list's id, position, subject)` for each row whose turn is still to come, then ends the list."""
    bulk_id = int(held.job.subject)
    while not held.lost():
        waiting = kind.rows.next_of(bulk_id, subject, AT_ONCE)
        if not waiting:
            return _finish(kind, bulk_id)
        for position, of in waiting:
            if held.lost():
                return None
            turn(bulk_id, position, of)
    return None


def give_up(kind: Kind, bulk_id: int, reason: str) -> None:
    """After the last try: what is left is not done, with the reason."""
    _end_rest(kind, bulk_id, bulk.FAILED, reason)
    _finish(kind, bulk_id)


def _finish(kind: Kind, bulk_id: int) -> None:
    with transaction():
        one = kind.locked(bulk_id)
        if one and one.is_open:
            one.end(bulk.FINISHED)


def _end_rest(kind: Kind, bulk_id: int, outcome: str, reason: str) -> None:
    rest = update(kind.rows).where(kind.rows.bulk_id == bulk_id, kind.rows.outcome.is_(None))
    values = {"outcome": outcome, "reason": reason[:500], "done_at": now()}
    db.session.execute(rest.values(values).execution_options(synchronize_session=False))


def locked(kind: type[List], bulk_id: int) -> List:
    """Raises NotFound."""
    one = kind.locked(bulk_id)
    if one is None:
        raise NotFound(NO_SUCH)
    return one
