"""Sets the mirror's keys right, whatever made them wrong: an outage, a flush, a lie, a restored database."""

from __future__ import annotations

import heapq
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from redis import Redis
from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, select, tuple_

from ..clock import now
from ..extensions import db
from ..models.conversations import CLOSED, STATUSES, Conversation
from . import keys

log = logging.getLogger(__name__)

BATCH = 2_000
# Beyond that many open conversations, those changed last.
AT_MOST = 200_000
REFRESH_SECONDS = 3_600.0
OPEN = tuple(status for status in STATUSES if status != CLOSED)
# How much earlier than the last pass a conversation may have been closed and its key be still on its way.
SLACK = timedelta(minutes=1)

Cursor = tuple[datetime, str]
# lines, count, newest, oldest, id of the oldest
BatchQuery = Select[str, int, datetime, datetime, str]


@dataclass(frozen=True)
class Batch:
    """Conversations, the one changed last at `newest`, as lines "id value" that the database itself put together.

    One text instead of 2,000 rows: row by row, a pass over 200,000 would take longer than the mirror may be wrong.
    """

    lines: str
    count: int
    newest: datetime
    fill: bool


@dataclass(frozen=True)
class Counts:
    """What a pass looked at and set right: keys that were `missing` and keys that were `wrong`."""

    looked: int = 0
    missing: int = 0
    wrong: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.looked + other.looked, self.missing + other.missing, self.wrong + other.wrong)


class Reconciler:
    """Compares keys with rows, pass after pass.

    A closed conversation's key may expire; it is only looked at soon after closing, so that it does not say "on".
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._closed_since = now() - timedelta(seconds=keys.LIFE_SECONDS)
        self._refresh_at = 0.0

    def reconcile(self, stop: threading.Event | None = None) -> Counts:
        """One pass, which `stop` cuts short. Raises RedisError and SQLAlchemyError."""
        began, refresh = now(), time.monotonic() >= self._refresh_at
        counts = Counts()
        for batch in self._batches():
            if stop and stop.is_set():
                return counts
            counts += self._compare(batch, refresh)
        self._closed_since = began - SLACK
        if refresh:
            self._refresh_at = time.monotonic() + REFRESH_SECONDS
        if counts.missing or counts.wrong:
            log.info(
                "ai_control_* set right: %d of %d were missing, %d were wrong",
                counts.missing, counts.looked, counts.wrong,
            )  # fmt: skip
        return counts

    def _batches(self) -> Iterator[Batch]:
        changed_last_first = heapq.merge(*map(_read, OPEN), key=lambda batch: batch.newest, reverse=True)
        yield from _up_to(AT_MOST, changed_last_first)
        yield from _up_to(AT_MOST, _read(CLOSED, self._closed_since))

    def _compare(self, batch: Batch, refresh: bool) -> Counts:
        flags = (int(batch.fill), int(refresh and batch.fill))
        filled, suspects = self._redis.eval(keys.COMPARE, 0, batch.lines, *flags, keys.LIFE_SECONDS)
        return Counts(batch.count, filled, self._repair(suspects.decode()) if suspects else 0)

    def _repair(self, suspects: str) -> int:
        """Sets wrong keys right; the number of those that were.

        The rows are read after the keys: a key that is ahead of its row is then a lie, not a commit between the
        two. It writes only where the key still holds what was read, so a commit meanwhile wins.
        """
        digests = dict(line.split(" ") for line in suspects.split("\n"))
        lines = [f"{i} {digests[i]} {value}" for i, value in _values(list(digests))]
        return int(self._redis.eval(keys.SWAP, 0, "\n".join(lines), keys.LIFE_SECONDS))


def _up_to(most: int, batches: Iterable[Batch]) -> Iterator[Batch]:
    left = most
    for batch in batches:
        yield batch
        left -= batch.count
        if left <= 0:
            return


def _read(status: str, since: datetime | None = None) -> Iterator[Batch]:
    """The conversations of that status, changed last first, each batch in a transaction of its own."""
    cursor: Cursor | None = None
    while True:
        with db.engine.connect() as connection:
            lines, count, newest, oldest, last_id = connection.execute(_query(status, since, cursor)).one()
        if not count:
            return
        cursor = (oldest, last_id)
        yield Batch(lines, count, newest, fill=status != CLOSED)
        if count < BATCH:
            return


def _query(status: str, since: datetime | None, cursor: Cursor | None) -> BatchQuery:
    rows = (
        select(Conversation.updated_at, Conversation.id, _line().label("line"))
        .where(Conversation.status == status)
        .order_by(Conversation.updated_at.desc(), Conversation.id.desc())
        .limit(BATCH)
    )
    if since:
        rows = rows.where(Conversation.updated_at >= since)
    if cursor:
        rows = rows.where(tuple_(Conversation.updated_at, Conversation.id) < tuple_(*cursor))
    batch = rows.cte()
    last = select(batch.c.id).order_by(batch.c.updated_at, batch.c.id).limit(1).scalar_subquery()
    joined = func.aggregate_strings(batch.c.line, "\n")
    return select(joined, func.count(), func.max(batch.c.updated_at), func.min(batch.c.updated_at), last)


def _line() -> ColumnElement[str]:
    """`id value`, as `keys.value` writes it; a custom prompt is left to who reads the row."""
    head = case(
        (Conversation.ai_enabled, ' {"ai_enabled": true, "epoch": '),
        else_=' {"ai_enabled": false, "epoch": ',
    )
    plain = Conversation.id + head + cast(Conversation.epoch, String) + literal("}")
    return case((Conversation.custom_prompt == "", plain), else_=Conversation.id + f" {keys.UNTOLD}")


def _values(ids: list[str]) -> list[tuple[str, str]]:
    """What the keys of those conversations shall hold, as (id, value), read now."""
    columns = (Conversation.id, Conversation.ai_enabled, Conversation.epoch, Conversation.custom_prompt)
    with db.engine.connect() as connection:
        rows = connection.execute(select(*columns).where(Conversation.id.in_(ids))).all()
    return [(row[0], keys.value(*row[1:])) for row in rows]
