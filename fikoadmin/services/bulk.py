"""Many conversations redirected at once: listed, looked at, started, watched, cancelled (P27).

The list and each conversation's epoch are frozen when it is made; a conversation that changed since is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert, select, update

from .. import destinations
from ..clock import now
from ..errors import Conflict, Invalid, NotFound
from ..extensions import db, transaction
from ..models import bulk, jobs
from ..models.accounts import Operator
from ..models.actors import Actor
from ..models.bulk import BulkRedirect, BulkRow
from ..models.conversations import Conversation
from ..models.held import Held, HeldJob
from ..models.jobs import Job
from ..models.searches import Chosen
from ..words import N_

AT_MOST = 1_000
AT_ONCE = 50
NOTHING_CHOSEN = N_("Choose at least one conversation.")
NOT_KNOWN = N_("Choose where the conversations go.")
HAS_BEGUN = N_("this bulk redirect has been started or cancelled already")
HAS_ENDED = N_("this bulk redirect has ended already")
UNKNOWN_DESTINATION = N_("this release does not know the destination")


def list_shown(shown: Sequence[tuple[str, int]], operator: Operator) -> BulkRedirect:
    """A list of these conversations under the epochs that the page showed: (id, epoch). Raises Invalid."""
    epochs = dict(shown)
    with transaction():
        known = set(db.session.scalars(select(Conversation.id).where(Conversation.id.in_(list(epochs)[:AT_MOST]))))
        return _listed([(id_, epoch) for id_, epoch in epochs.items() if id_ in known], operator)


def list_fitting(chosen: Chosen, operator: Operator) -> BulkRedirect:
    """A list of the conversations that fit, those changed last first, as they are now. Raises Invalid."""
    with transaction():
        fitting = select(Conversation.id, Conversation.epoch).where(*chosen.conditions)
        newest = fitting.order_by(Conversation.updated_at.desc(), Conversation.id.desc()).limit(AT_MOST)
        return _listed([(id_, epoch) for id_, epoch in db.session.execute(newest)], operator)


def _listed(rows: Sequence[tuple[str, int]], operator: Operator) -> BulkRedirect:
    if not rows:
        raise Invalid("chosen", NOTHING_CHOSEN)
    made = BulkRedirect(operator_id=operator.id, operator_label=operator.name, total=len(rows))
    db.session.add(made)
    db.session.flush()
    numbered = enumerate(rows, 1)
    values = [{"bulk_id": made.id, "position": n, "conversation_id": id_, "epoch": e} for n, (id_, e) in numbered]
    db.session.execute(insert(BulkRow), values)
    return made


def start(bulk_id: int, destination: str, operator: Operator) -> BulkRedirect:
    """Has a job go through the list, in the name of who starts it. Raises NotFound, Invalid, Conflict."""
    if destinations.find(destination) is None:
        raise Invalid("destination", NOT_KNOWN)
    with transaction():
        one = _locked(bulk_id)
        if one.state != bulk.READY:
            raise Conflict(HAS_BEGUN)
        one.begin(destination, operator.id, operator.name)
        Job.queue(jobs.BULK_REDIRECT, one.id, key=one.job_key)
    return one


def cancel(bulk_id: int, operator: Operator) -> BulkRedirect:
    """Leaves alone what has not had its turn; what is done stays done. Raises NotFound, Conflict."""
    with transaction():
        one = _locked(bulk_id)
        if not one.is_open:
            raise Conflict(HAS_ENDED)
        one.end(bulk.CANCELLED)
        one.cancelled_by = operator.name
        _end_rest(one.id, bulk.SKIPPED, bulk.WAS_CANCELLED)
    return one


def redirect_listed(held: Held) -> None:
    """Redirects the conversations of the list, each in a transaction of its own."""
    bulk_id = int(held.job.subject)
    while not held.lost():
        waiting = BulkRow.next_of(bulk_id, AT_ONCE)
        if not waiting:
            return _finish(bulk_id)
        for position, conversation_id in waiting:
            if held.lost():
                return None
            _redirect(bulk_id, position, conversation_id)
    return None


def gave_up(job: HeldJob, reason: str) -> None:
    """After the last try: what is left is not done, with the reason."""
    _end_rest(int(job.subject), bulk.FAILED, reason)
    _finish(int(job.subject))


def _redirect(bulk_id: int, position: int, conversation_id: str) -> None:
    with transaction():
        conversation = Conversation.locked(conversation_id)
        row = BulkRow.locked(bulk_id, position)
        if conversation and row:  # else another worker was faster, or it was cancelled
            row.end(*_outcome(db.session.get_one(BulkRedirect, bulk_id), row, conversation))


def _outcome(one: BulkRedirect, row: BulkRow, conversation: Conversation) -> tuple[str, str]:
    destination = destinations.find(one.destination)
    if destination is None:
        return bulk.FAILED, UNKNOWN_DESTINATION
    if conversation.epoch != row.epoch:
        return bulk.SKIPPED, bulk.CHANGED_MEANWHILE
    person = Actor("operator", str(one.operator_id), one.operator_label)
    return (bulk.CHANGED, "") if conversation.redirect(destination, person) else (bulk.ALREADY, "")


def _finish(bulk_id: int) -> None:
    with transaction():
        one = BulkRedirect.locked(bulk_id)
        if one and one.is_open:
            one.end(bulk.FINISHED)


def _end_rest(bulk_id: int, outcome: str, reason: str) -> None:
    rest = update(BulkRow).where(BulkRow.bulk_id == bulk_id, BulkRow.outcome.is_(None))
    values = {"outcome": outcome, "reason": reason[:500], "done_at": now()}
    db.session.execute(rest.values(values).execution_options(synchronize_session=False))


def _locked(bulk_id: int) -> BulkRedirect:
    one = BulkRedirect.locked(bulk_id)
    if one is None:
        raise NotFound(N_("there is no such bulk redirect"))
    return one
