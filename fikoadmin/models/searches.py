"""What the list of conversations is filtered by, and where words are found.

A search looks at the newest places only, so that it costs the same however much was said; who asks is told when
there were more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    TEXT,
    ColumnElement,
    Select,
    bindparam,
    cast,
    column,
    exists,
    literal_column,
    select,
    table,
)
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from ..extensions import db
from .conversations import ACTIVE, Conversation
from .customers import Customer, CustomerTag
from .messages import Message
from .searchable import as_vector, words_of

PLACES = 500
"""So many of the newest messages, customers and conversations a search looks at."""
WORDS_ASKED_FOR = 8
NEWEST = 10_000


@dataclass(frozen=True)
class Filters:
    """Which conversations a list shows; None and empty: whichever."""

    status: str | None = None
    ai_enabled: bool | None = None
    destination: str | None = None
    source: str | None = None
    tag: str | None = None
    text: str | None = None
    customer_id: int | None = None
    unanswered: bool = False


@dataclass(frozen=True)
class Chosen:
    """The conditions of a list; `is_cut` where a search found more places than it looks at."""

    conditions: list[ColumnElement[bool]]
    is_cut: bool = False


class apart(GenericFunction[Any]):
    """The column itself, which SQLite shall not choose an index by: it knows nothing of how rare a value is."""

    inherit_cache = True


@compiles(apart)
def _apart(element: Any, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(apart, "sqlite")
def _apart_on_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    return f"+{compiler.process(element.clauses, **kw)}"


def chosen(filters: Filters) -> Chosen:
    """The conditions that `filters` are; the first one leads through an index in the order of the list."""
    ids, is_cut = _found(filters)
    conditions: list[ColumnElement[bool]] = []
    if ids is not None:
        conditions.append(Conversation.id.in_(ids))
    elif filters.tag:
        conditions.append(_has_tag(filters.tag))
    if filters.unanswered:
        conditions.append(Conversation.unanswered_since.is_not(None))
    return Chosen(conditions + _equal(filters, leads=ids is None and not filters.unanswered), is_cut)


def _equal(filters: Filters, *, leads: bool) -> list[ColumnElement[bool]]:
    # The flag is on only in `active`.
    status = filters.status or (ACTIVE if filters.ai_enabled else None)
    wanted = {
        Conversation.customer_id: filters.customer_id, Conversation.destination: filters.destination,
        Conversation.source: filters.source, Conversation.status: status,
    }  # fmt: skip
    given = [(place, value) for place, value in wanted.items() if value is not None]
    conditions = [
        (place if leads and number == 0 else apart(place)) == value for number, (place, value) in enumerate(given)
    ]
    if filters.ai_enabled is not None:
        flag: Any = Conversation.ai_enabled
        if leads and not given:
            off = ~flag
        elif leads and given[0][0] is Conversation.status:
            off = flag.is_(False)  # for the index of both: the one of `NOT ai_enabled` alone holds too many others
        else:
            off = apart(flag).is_(False)
        conditions.append(flag if filters.ai_enabled else off)
    return conditions


def _has_tag(name: str) -> ColumnElement[bool]:
    return exists().where(CustomerTag.customer_id == Conversation.customer_id, CustomerTag.name == name)


# -- where it is found ---------------------------------------------------------------------------------------------


def _found(filters: Filters) -> tuple[set[str] | None, bool]:
    """The ids that words or a rare tag lead to, None where neither does; whether there were more."""
    ids, is_cut = with_words(filters.text) if filters.text else (None, False)
    if filters.tag:
        customers = _newest(select(CustomerTag.customer_id).where(CustomerTag.name == filters.tag))
        # A tag that many have is soon met on the way through the list; a rare one leads to its few customers.
        if len(customers) <= PLACES:
            tagged = set(_newest(_of_customers(customers)))
            ids = tagged if ids is None else ids & tagged
        elif ids is not None:
            ids = set(
                db.session.scalars(select(Conversation.id).where(Conversation.id.in_(ids), _has_tag(filters.tag)))
            )
    return ids, is_cut


def with_words(typed: str) -> tuple[set[str], bool]:
    """The conversations whose id this is, or in which a message or the customer's names have all these words, each
    of them perhaps longer than it was typed; whether there were more than the newest ones that were looked at."""
    words = words_of(typed).split()[:WORDS_ASKED_FOR]
    ids = set(db.session.scalars(select(Conversation.id).where(Conversation.id == typed.strip())))
    if not words:
        return ids, False
    said = _having(Message, Message.conversation_id, words)
    customers = _having(Customer, Customer.id, words)
    theirs = _newest(_of_customers(customers[:PLACES]))
    is_cut = max(map(len, (said, customers, theirs))) > PLACES
    return ids.union(said[:PLACES], theirs[:PLACES]), is_cut


def customers_with_words(typed: str) -> tuple[list[int], bool]:
    """The ids of the newest customers whose names have all these words; whether there were more than PLACES."""
    words = words_of(typed).split()[:WORDS_ASKED_FOR]
    ids = _having(Customer, Customer.id, words) if words else []
    return ids[:PLACES], len(ids) > PLACES


def _newest(statement: Select[Any]) -> list[Any]:
    return list(db.session.scalars(statement.limit(PLACES + 1)))


def _of_customers(ids: list[int]) -> Select[Any]:
    return select(Conversation.id).where(Conversation.customer_id.in_(ids)).order_by(Conversation.updated_at.desc())


def _having(model: Any, wanted: Any, words: list[str]) -> list[Any]:
    """That column of the newest rows with all these words."""
    if db.engine.dialect.name == "postgresql":
        return _in_gin(model, wanted, " & ".join(f"'{word}':*" for word in words))
    # A whole word is read from its newest place on; where many longer ones begin with it, FTS5 gathers them all first.
    whole = _newest(_in_fts5(model, wanted, " AND ".join(f'"{word}"' for word in words)))
    if len(whole) > PLACES:
        return whole
    return _newest(_in_fts5(model, wanted, " AND ".join(f'"{word}"*' for word in words)))


def _in_gin(model: Any, wanted: Any, query: str) -> list[Any]:
    """First among the newest rows, where a frequent word is soon met; a rarer one leads through the index. Left to
    itself the planner takes a rare word for a frequent one, and reads every row there is."""
    rows = select(model.id, wanted.label("wanted"), model.words).order_by(model.id.desc()).limit(NEWEST)
    newest = rows.subquery("newest")
    found = _newest(select(newest.c.wanted).where(_is_in("newest", query)).order_by(newest.c.id.desc()))
    if len(found) > PLACES:
        return found
    all_hits = select(model.id, wanted.label("wanted")).where(_is_in(model.__tablename__, query))
    hits = all_hits.cte("hits").prefix_with("MATERIALIZED")
    return _newest(select(hits.c.wanted).order_by(hits.c.id.desc()))


def _is_in(rows: str, query: str) -> ColumnElement[bool]:
    return as_vector(rows).op("@@")(cast(bindparam("words", query, TEXT), TSQUERY))


def _in_fts5(model: Any, wanted: Any, query: str) -> Select[Any]:
    name = f"search_{model.__tablename__}"
    index = table(name, column("rowid"))
    rows = select(index.c.rowid).where(literal_column(name).op("MATCH")(bindparam("words", query)))
    newest = rows.order_by(index.c.rowid.desc()).limit(PLACES + 1)
    return select(wanted).where(model.id.in_(newest)).order_by(model.id.desc())
