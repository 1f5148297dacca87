"""What the process that leads does each so often, beside dispatching."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from ..clock import now
from ..extensions import db, transaction
from ..models import tallies
from ..models.jobs import CANCELLED, DONE, Job

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)
PRUNE_SECONDS = 3600.0
BATCH = 500
BATCH_PAUSE_SECONDS = 0.2
COUNT_SECONDS = 3.0
RECOUNT_SECONDS = 86_400.0
SHOWN_AT_MOST = timedelta(days=36)

Chore = Callable[[threading.Event], None]


class Chores:
    """Threads that run while this process leads; each is given the event that ends it."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = chores
        self._stop = threading.Event()

    def start(self) -> None:
        self._stop = threading.Event()
        for chore in self._chores:
            threading.Thread(target=chore, args=(self._stop,), daemon=True).start()

    def stop(self) -> None:
        self._stop.set()


def pruning(app: Flask) -> Chore:
    """The chore that removes ended jobs once an hour."""

    def prune_hourly(stop: threading.Event) -> None:
        while not stop.wait(PRUNE_SECONDS):
            with app.app_context():
                try:
                    prune(stop)
                except SQLAlchemyError as error:
                    log.warning("Ended jobs could not be removed: %s", type(error).__name__)

    return prune_hourly


def prune(stop: threading.Event) -> None:
    """Removes jobs that were done or cancelled more than 7 days ago; discarded ones stay to be looked at.

    It walks up the primary key, in short transactions, until it meets jobs that are younger.
    """
    last: int | None = 0
    while last is not None and not stop.wait(BATCH_PAUSE_SECONDS):
        last = _prune_after(last)


def _prune_after(last: int) -> int | None:
    old = now() - KEPT
    rows = db.session.execute(select(Job.id, Job.created_at).where(Job.id > last).order_by(Job.id).limit(BATCH)).all()
    ids: list[int] = [row.id for row in rows if row.created_at < old]
    if not ids:
        return None
    ended = Job.id.in_(ids), Job.state.in_((DONE, CANCELLED)), Job.finished_at < old
    with transaction() as session:
        session.execute(delete(Job).where(*ended).execution_options(synchronize_session=False))
    return ids[-1]


def counting(app: Flask) -> Chore:
    """The chore that folds what happened into the totals, and recounts them at its start and once a day."""

    def count_steadily(stop: threading.Event) -> None:
        recount_at = 0.0
        while not stop.wait(COUNT_SECONDS):
            with app.app_context():
                try:
                    count_once()
                    if time.monotonic() >= recount_at:
                        recount_at = time.monotonic() + RECOUNT_SECONDS
                        recount()
                except SQLAlchemyError as error:
                    log.warning("What happened could not be counted: %s", type(error).__name__)

    return count_steadily


def count_once() -> None:
    """Folds all that is uncounted now into the totals, in short transactions."""
    while tallies.is_anything_uncounted():
        with transaction():
            tallies.fold()


def recount() -> None:
    """Puts totals right that differ from the conversations, and says so in the log."""
    with transaction():
        wrong = tallies.recount()
        tallies.forget_before(now() - SHOWN_AT_MOST)
    if wrong:
        log.warning("The totals differed from the conversations and were put right: %s", wrong)
