"""How many conversations stand where, and how much happened when, without counting rows that grow for ever.

A conversation event says from where to where a conversation went, an ended execution how it ended: they are the ±1
that a counter needs, and writing them costs nothing besides. A chore adds those not yet `counted` to `totals`; who
asks gets the totals and the few that are still to be added, read in one statement, so that none is missed or seen
twice. Why not counters in place: docs/decisions.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Select,
    String,
    case,
    delete,
    func,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import GenericFunction

from .. import destinations
from ..extensions import db
from .base import Model, insert_into
from .conversations import Conversation
from .executions import Execution
from .history import ConversationEvent

QUARTER_SECONDS = 900
"""Every time zone's hours and days begin with one."""
NOW = 0
AT_ONCE = 500

TO_AI = "redirect ai"
TO_PEOPLE = "redirect people"
ENDED = "ended "
ON = " on"
OFF = " off"


class Total(Model):
    """How many of `name` there are now (`quarter` 0), or came in a quarter of an hour (counted from 1970)."""

    __tablename__ = "totals"

    quarter: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    amount: Mapped[int] = mapped_column(BigInteger)


class quarter_of(GenericFunction[int]):
    """The quarter of an hour in which that moment lies."""

    type = BigInteger()
    inherit_cache = True


@compiles(quarter_of, "postgresql")
def _postgresql_quarter(element: Any, compiler: Any, **kw: Any) -> str:
    return f"CAST(floor(extract(epoch FROM {compiler.process(element.clauses, **kw)}) / {QUARTER_SECONDS}) AS BIGINT)"


@compiles(quarter_of, "sqlite")
def _sqlite_quarter(element: Any, compiler: Any, **kw: Any) -> str:
    return f"(CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER) / {QUARTER_SECONDS})"


@dataclass(frozen=True)
class Standing:
    """How many conversations there are of one status and flag."""

    status: str
    ai_enabled: bool
    count: int


def standings() -> list[Standing]:
    """How many conversations are where now; of what there is none, nothing."""
    amounts = _amounts(_recorded().where(Total.quarter == NOW), *_owner_changes(*_uncounted_changes()))
    return [Standing(name.rpartition(" ")[0], name.endswith(ON), count) for (name, _), count in amounts.items()]


def happened(since: datetime) -> dict[tuple[str, int], int]:
    """How often what (TO_AI, TO_PEOPLE, ENDED + status) in which quarter, from the one of `since` on."""
    first = int(since.timestamp()) // QUARTER_SECONDS
    return _amounts(
        _recorded().where(Total.quarter >= first),
        _redirects(*_uncounted_changes(), ConversationEvent.created_at >= since),
        _ends(*_uncounted_ends(), Execution.finished_at >= since),
    )


# -- what the chore does -------------------------------------------------------------------------------------------


def is_anything_uncounted() -> bool:
    changed = select(ConversationEvent.id).where(*_uncounted_changes()).limit(1)
    ended = select(Execution.id).where(*_uncounted_ends()).limit(1)
    return db.session.scalar(changed) is not None or db.session.scalar(ended) is not None


def fold() -> int:
    """Adds some of what is uncounted to the totals, in the present transaction; returns how many rows it took."""
    changed = _taken(select(ConversationEvent.id).where(*_uncounted_changes()))
    ended = _taken(select(Execution.id).where(*_uncounted_ends()))
    of_changes, of_ends = ConversationEvent.id.in_(changed), Execution.id.in_(ended)
    _add(_amounts(*_owner_changes(of_changes), _redirects(of_changes), _ends(of_ends)))
    for model, ids in ((ConversationEvent, changed), (Execution, ended)):
        mark = update(model).where(model.id.in_(ids)).values(counted=True)
        db.session.execute(mark.execution_options(synchronize_session=False))
    return len(changed) + len(ended)


def recount() -> dict[str, int]:
    """Compares what is recorded with the conversations themselves, puts the difference right and returns it.

    One statement sees one state; a change that commits meanwhile moves both sides alike. So the difference may be
    taken off later.
    """
    owned = _owned(Conversation.status, Conversation.ai_enabled)
    standing: Part = select(owned, literal_column("0"), -func.count()).group_by(owned)
    found = _amounts(_recorded().where(Total.quarter == NOW), *_owner_changes(*_uncounted_changes()), standing)
    _add({key: -amount for key, amount in found.items()})
    return {name: amount for (name, _), amount in sorted(found.items())}


def forget_before(moment: datetime) -> None:
    """Removes what happened in quarters before that one."""
    first = int(moment.timestamp()) // QUARTER_SECONDS
    db.session.execute(delete(Total).where(Total.quarter > NOW, Total.quarter < first))


def _taken(ids: Select[int]) -> list[int]:
    # Locked, so that two that count at once never add one row twice.
    return list(db.session.scalars(ids.limit(AT_ONCE).with_for_update(skip_locked=True)))


def _add(amounts: dict[tuple[str, int], int]) -> None:
    if not amounts:
        return
    new = insert_into(Total)
    summed = new.on_conflict_do_update(
        index_elements=["quarter", "name"], set_={"amount": Total.amount + new.excluded.amount}
    )
    # In one order, so that two that count at once wait for each other instead of in a circle.
    rows = [{"name": name, "quarter": quarter, "amount": amount} for (name, quarter), amount in sorted(amounts.items())]
    db.session.execute(summed.values(rows))


# -- the parts of the sums: each selects name, quarter, amount -------------------------------------------------------

Part = Select[*tuple[Any, ...]]


def _recorded() -> Part:
    return select(Total.name, Total.quarter, Total.amount)


def _owner_changes(*which: ColumnElement[bool]) -> Iterable[Part]:
    event = ConversationEvent
    arrived = _owned(event.new_status, event.new_ai_enabled)
    left = _owned(event.old_status, event.old_ai_enabled)
    yield select(arrived, literal_column("0"), literal_column("1")).where(*which)
    yield select(left, literal_column("0"), literal_column("-1")).where(event.old_status.is_not(None), *which)


def _redirects(*which: ColumnElement[bool]) -> Part:
    event = ConversationEvent
    name = case((event.new_destination == destinations.AI, TO_AI), else_=TO_PEOPLE)
    return select(name, quarter_of(event.created_at), literal_column("1")).where(event.kind == "redirect", *which)


def _ends(*which: ColumnElement[bool]) -> Part:
    return select(ENDED + Execution.status, quarter_of(Execution.finished_at), literal_column("1")).where(*which)


def _owned(status: Any, ai_enabled: Any) -> ColumnElement[str]:
    switch: ColumnElement[str] = status + case((ai_enabled.is_(True), ON), else_=OFF)
    return switch


# Written out: a partial index is used where the statement says what the index says.


def _uncounted_changes() -> tuple[ColumnElement[bool]]:
    return (literal_column("NOT conversation_events.counted", Boolean),)


def _uncounted_ends() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return literal_column("NOT executions.counted", Boolean), Execution.finished_at.is_not(None)


def _amounts(*parts: Part) -> dict[tuple[str, int], int]:
    """What the parts add up to, by name and quarter, in one statement; nothing where it is 0."""
    labelled = [part.with_only_columns(*_labelled(part)) for part in parts]
    rows = union_all(*labelled).subquery()
    total = func.sum(rows.c.amount)
    statement = select(rows.c.name, rows.c.quarter, total).group_by(rows.c.name, rows.c.quarter)
    return {(name, quarter): int(amount) for name, quarter, amount in db.session.execute(statement) if amount}


def _labelled(part: Part) -> Iterable[ColumnElement[Any]]:
    name, quarter, amount = part.selected_columns
    return name.label("name"), quarter.label("quarter"), amount.label("amount")
