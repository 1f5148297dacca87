"""Many conversations redirected at once: listed, looked at, started, watched, cancelled (P27).

The list and each conversation's epoch are frozen when it is made; a conversation that changed since is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from .. import destinations
from ..errors import Invalid
from ..extensions import db, transaction
from ..models import bulk
from ..models.accounts import Operator
from ..models.actors import Actor
from ..models.bulk import BulkRedirect, BulkRow
from ..models.conversations import Conversation
from ..models.held import Held, HeldJob
from ..models.searches import Chosen
from ..words import N_
from . import bulk_lists
from .bulk_lists import AT_MOST

NOTHING_CHOSEN = N_("Choose at least one conversation.")
NOT_KNOWN = N_("Choose where the conversations go.")
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
    return bulk_lists.keep(BulkRedirect(), [{"conversation_id": id_, "epoch": epoch} for id_, epoch in rows], operator)


def start(bulk_id: int, destination: str, operator: Operator) -> BulkRedirect:
    """Has a job go through the list, in the name of who starts it. Raises NotFound, Invalid, Conflict."""
    if destinations.find(destination) is None:
        raise Invalid("destination", NOT_KNOWN)
    with transaction():
        one = bulk_lists.begin(BulkRedirect, bulk_id, operator)
        one.aim(destination)
    return one


def cancel(bulk_id: int, operator: Operator) -> BulkRedirect:
    """Leaves alone what has not had its turn; what is done stays done. Raises NotFound, Conflict."""
    return bulk_lists.cancel(BulkRedirect, bulk_id, operator)


def redirect_listed(held: Held) -> None:
    """Redirects the conversations of the list, each in a transaction of its own."""
    bulk_lists.go_through(BulkRedirect, held, BulkRow.conversation_id, _redirect)


def gave_up(job: HeldJob, reason: str) -> None:
    """After the last try: what is left is not done, with the reason."""
    bulk_lists.give_up(BulkRedirect, int(job.subject), reason)


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
