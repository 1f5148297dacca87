"""Writes the rows that every event changes, each table in one short statement, past the unit of work.

The unit of work finds out at each flush what depends on what, and builds a statement for just what has changed. Of
these tables both are known beforehand, and finding it out took longer than all else that an event costs. It still
writes every other row, and these too where they come together with new rows of other tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, TypeAlias, cast

from sqlalchemy import Column, Connection, Insert, Table, Update, bindparam, event, insert, update
from sqlalchemy.orm import InstanceState, Mapper, RelationshipDirection, Session
from sqlalchemy.orm.attributes import instance_state, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from ..extensions import Base, rows_written
from .conversations import Conversation
from .events import Event
from .executions import Execution, Step
from .history import ConversationEvent
from .jobs import Delivery
from .messages import Message
from .waits import Wait

# Each refers only to rows of those before it, or to rows that are stored already.
NEW: tuple[type[Base], ...] = (Event, Execution, Step, Message, ConversationEvent, Delivery, Wait)
CHANGED: tuple[type[Base], ...] = (Conversation, *NEW)

State: TypeAlias = InstanceState[Any]


@event.listens_for(Session, "before_flush")
def _write(session: Session, _context: object, _rows: object) -> None:
    new = [instance_state(row) for row in session.new]
    if session.deleted or any(state.class_ not in NEW for state in new):
        return
    changed = [state for state in map(instance_state, session.dirty) if state.class_ in CHANGED and _is_simple(state)]
    connection = session.connection()
    for state in changed:
        _hand_down(state)
    for model in NEW:
        if of_model := [state for state in new if state.class_ is model]:
            _insert(connection, of_model)
    for state in changed:
        _update(connection, state)
    rows = [state.object for state in (*new, *changed)]  # held, because the session lets go of what is written
    # What the unit of work itself calls for rows that it has written; nothing public does all of it.
    session._register_persistent({*new, *changed})
    rows_written.send(session, rows=rows)


@event.listens_for(Session, "after_flush")
def _tell_of_others(session: Session, _context: object) -> None:
    rows_written.send(session, rows=list(chain(session.new, session.dirty, session.deleted)))


@dataclass(frozen=True)
class Form:
    """How the rows of a model are written.

    `references` are (column, relationship, column there), `children` are (collection, their column).
    """

    key: str
    makes_key: bool
    columns: Mapping[str, Column[Any]]
    references: Sequence[tuple[str, str, str]]
    children: Sequence[tuple[str, str]]
    insert: Insert
    update: Update


@cache
def _form(mapper: Mapper[Any]) -> Form:
    table = cast(Table, mapper.local_table)
    (key,) = table.primary_key
    makes_key = table.autoincrement_column is not None
    written = insert(table).returning(key, sort_by_parameter_order=True) if makes_key else insert(table)
    # What the statement itself fills in, or the database, is not for us to say.
    left_out = {key.key} if makes_key else set()
    left_out |= {p.key for p in mapper.column_attrs if p.deferred or mapper.columns[p.key].server_default is not None}
    columns = {name: column for name, column in mapper.columns.items() if name not in left_out}
    changing = update(table).where(key == bindparam("changed_row"))
    return Form(key.key, makes_key, columns, [*_references(mapper)], [*_children(mapper)], written, changing)


def _references(mapper: Mapper[Any]) -> Iterator[tuple[str, str, str]]:
    for relationship in mapper.relationships:
        if relationship.direction is RelationshipDirection.MANYTOONE:
            ((own, theirs),) = relationship.local_remote_pairs or ()
            yield str(own.key), relationship.key, str(theirs.key)


def _children(mapper: Mapper[Any]) -> Iterator[tuple[str, str]]:
    for relationship in mapper.relationships:
        if relationship.direction is RelationshipDirection.ONETOMANY and not relationship.viewonly:
            ((_own, theirs),) = relationship.local_remote_pairs or ()
            yield relationship.key, str(theirs.key)


def _is_simple(state: State) -> bool:
    """Whether nothing but columns of the row has changed, and rows that belong to it have been added."""
    return not any(relationship in state.committed_state for _, relationship, _ in _form(state.mapper).references)


def _insert(connection: Connection, states: Sequence[State]) -> None:
    form = _form(states[0].mapper)
    written = connection.execute(form.insert, [_values(form, state) for state in states])
    if form.makes_key:
        for state, key in zip(states, written.scalars(), strict=True):
            set_committed_value(state.object, form.key, key)
    for state in states:
        _hand_down(state)


def _values(form: Form, state: State) -> dict[str, Any]:
    """The row's columns; what was not given is filled in on the object as well."""
    given = state.dict
    for own, relationship, theirs in form.references:
        if given.get(relationship) is not None:
            given[own] = instance_state(given[relationship]).dict[theirs]
    for name, column in form.columns.items():
        if name not in given:
            given[name] = _default(column)
    return {name: given[name] for name in form.columns}


def _default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is None:
        return None
    return default.arg(None) if default.is_callable else default.arg


def _hand_down(state: State) -> None:
    """Tells the rows that belong to this one its key."""
    form = _form(state.mapper)
    for collection, column in form.children:
        for child in state.dict.get(collection, ()):
            instance_state(child).dict.setdefault(column, state.dict[form.key])


def _update(connection: Connection, state: State) -> None:
    form, now = _form(state.mapper), state.dict
    changed = {n: now[n] for n, old in state.committed_state.items() if n in form.columns and now[n] != old}
    if changed and connection.execute(form.update, {"changed_row": now[form.key], **changed}).rowcount != 1:
        raise StaleDataError(f"a row of {state.class_.__tablename__} is gone")
