"""The line in which a conversation's messages leave: in order, the first one holding up those behind it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import update

from ..clock import now
from ..errors import Retry
from ..extensions import db, transaction
from ..models import jobs
from ..models.due import pause_after
from ..models.held import Held
from ..models.jobs import FAILED, PENDING, SENT, Delivery, Job
from ..outbound import OutboundError
from ..words import P_
from . import api, test
from .outgoing import Outgoing

UNKNOWN_CHANNEL = P_("this release does not know the channel %(channel)s")

log = logging.getLogger(__name__)

CHANNELS: Mapping[str, Callable[[Outgoing], None]] = {
    "test": test.send,
    "api": api.send,
    # Until they have modules of their own, their bridges read or are posted to like any other program.
    "telegram": api.send,
    "instagram": api.send,
    "web": api.send,
}

# About an hour and a half, most of it between the last tries.
MAX_ATTEMPTS = 9


def send_messages(held: Held) -> None:
    """Sends what is pending, each outside of any transaction; raises Retry where the first must wait."""
    outgoing = Outgoing.first(held.job.subject)
    if outgoing is None:
        _finish(held)
    while outgoing is not None and not held.lost():
        db.session.rollback()  # no transaction stays open while another server thinks
        outgoing = _settle(held, outgoing, _failure(outgoing))


def _failure(outgoing: Outgoing) -> OutboundError | None:
    """Sends it; what went wrong, or None."""
    send = CHANNELS.get(outgoing.channel)
    if send is None:
        return OutboundError(UNKNOWN_CHANNEL % {"channel": outgoing.channel}, temporary=False)
    try:
        send(outgoing)
    except OutboundError as error:
        return error
    return None


def _settle(held: Held, outgoing: Outgoing, failure: OutboundError | None) -> Outgoing | None:
    """Records how it went and returns the next in line; with the last one the job is done."""
    attempts = outgoing.attempts + 1
    if failure and failure.temporary and attempts < MAX_ATTEMPTS:
        with transaction():
            _record(outgoing, attempts=attempts, reason=failure.reason)
        after = failure.retry_after
        raise Retry(failure.reason, pause_after(attempts) if after is None else after)
    state, reason = (FAILED, failure.reason) if failure else (SENT, "")
    with transaction():
        _record(outgoing, attempts=attempts, state=state, reason=reason, finished_at=now())
        following = Outgoing.first(outgoing.conversation_id)
        if following is None:
            _finish(held)
    if failure:
        log.warning("Conversation %s: a message could not be sent (%s)", outgoing.conversation_id, reason)
    return following


def _record(outgoing: Outgoing, **values: Any) -> None:
    db.session.execute(
        update(Delivery)
        .where(Delivery.id == outgoing.id, Delivery.state == PENDING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _finish(held: Held) -> None:
    """Ends the job. Whoever adds a message meanwhile finds it ended and arms it anew, or is seen here."""
    conversation_id = held.job.subject
    with transaction():
        held.finish()
        if Outgoing.first(conversation_id):
            Job.requeue(jobs.SEND_MESSAGES, conversation_id, key=f"send:{conversation_id}")
