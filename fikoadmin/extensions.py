"""The libraries that the app is made of, and `transaction()`: the only commit."""

from __future__ import annotations

import select
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any

from blinker import Signal
from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_migrate import Migrate
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from flask_wtf.csrf import CSRFProtect
from sqlalchemy import Connection, Engine, MetaData, Pool, event
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)

    def __init__(self, **values: Any) -> None:
        """The library's own notes a change for each column; in a new row all is new, so they are only kept."""
        columns = _columns(type(self))
        for name, value in values.items():
            if name in columns:
                self.__dict__[name] = value
            else:
                getattr(type(self), name)  # a misspelt one is an error
                setattr(self, name, value)


@cache
def _columns(model: type[Base]) -> frozenset[str]:
    return frozenset(model.__mapper__.columns.keys())


class OneEngineSession(FlaskSession):
    """There is one database: which it is need not be found out for each statement."""

    def __init__(self, db: SQLAlchemy, **options: Any) -> None:
        super().__init__(db, **options)
        self._engine = db.engine

    def get_bind(self, mapper: Any = None, clause: Any = None, bind: Any = None, **options: Any) -> Any:
        return bind or self._engine


# expire_on_commit is off so that what a service returns can be shown without reading it again.
db = SQLAlchemy(model_class=Base, session_options={"class_": OneEngineSession, "expire_on_commit": False})
migrate = Migrate()
csrf = CSRFProtect()
babel = Babel()
login_manager = LoginManager()
limiter = Limiter(get_remote_address)

# Sent once after each commit, with `facts`: what `after_commit` collected in that transaction.
committed = Signal()

# Sent by a session with the `rows` that it has just written.
rows_written = Signal()


@contextmanager
def transaction() -> Iterator[Session]:
    """Commits once at its end, or rolls back and raises; joins the transaction around it where there is one.

    A view has always read before it writes, and SQLite cannot turn a reading transaction into a writing one
    once somebody else has written: so reading ends here, and what is changed is read again inside.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.rollback()
    session.info.update(writing=True, facts=[])
    try:
        session.connection(execution_options=writing(db.engine))
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info["writing"] = False
        facts = session.info.pop("facts")
    # Reached only after a commit: what follows may be lost with the process, so it may only repeat what rows say.
    committed.send(facts=facts)


# PostgreSQL shows each statement what is committed, within a transaction or without one. So reading goes without: it
# needs no BEGIN, and no ROLLBACK, with which the driver forgets every statement that the server has prepared.
READING: dict[str, object] = {"isolation_level": "AUTOCOMMIT"}
_WRITING: Mapping[str, Mapping[str, Any]] = {
    "postgresql": {"isolation_level": "READ COMMITTED"},
    "sqlite": {"begin": "IMMEDIATE"},
}


def writing(engine: Engine) -> Mapping[str, Any]:
    """The execution options of a connection that writes."""
    return _WRITING[engine.dialect.name]


@event.listens_for(Session, "before_flush")
def _refuse_strays(session: Session, _context: object, _rows: object) -> None:
    """A change outside of `transaction()` would be a commit of its own, and nobody would be told of it."""
    if not session.info.get("writing"):
        raise AssertionError(f"changed outside of transaction(): {[*session.new, *session.dirty, *session.deleted]}")


def connection() -> Connection:
    """The session's, in its present transaction: for statements without objects, which take half as long there."""
    return db.session().connection()


def let_go(_error: BaseException | None) -> None:
    """Ends the reading at the end of a request; a database that has gone meanwhile must not undo a finished answer."""
    try:
        db.session.close()
    except SQLAlchemyError:
        db.session().invalidate()


def after_commit(fact: object) -> None:
    """Has `fact` sent with `committed` if and when the present transaction commits."""
    db.session().info["facts"].append(fact)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # the driver must not begin by itself: `_begin_sqlite` does
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=15000", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")


# A process that says nothing for so long in a transaction is frozen, or its machine is gone: until it is back, what it
# has locked would be out of everybody's reach. No transaction of ours waits for anything but the database.
SILENT_SECONDS = 20


@event.listens_for(Engine, "connect")
def _prepare_postgres(connection: Any, _record: object) -> None:
    if not isinstance(connection, sqlite3.Connection):
        before, connection.autocommit = connection.autocommit, True  # a setting that is rolled back is forgotten
        connection.execute(f"SET idle_in_transaction_session_timeout = '{SILENT_SECONDS}s'")
        connection.autocommit = before


# A connection that lay idle for longer is asked whether it still stands before it is used.
ASKED_AFTER_SECONDS = 5.0


@event.listens_for(Pool, "checkin")
def _note_use(_connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()


@event.listens_for(Pool, "checkout")
def _replace_dead(connection: Any, record: Any, _proxy: object) -> None:
    """Has connections made anew that the server has closed; asking each time would be a round trip per transaction."""
    if isinstance(connection, sqlite3.Connection) or "used" not in record.info:
        return
    idle = time.monotonic() - record.info["used"]
    if (idle > ASKED_AFTER_SECONDS or _has_news(connection)) and not _answers(connection):
        raise InvalidatePoolError


def _has_news(connection: Any) -> bool:
    """Whether the server has said something since; it does when it ends, and to close is to say something, too."""
    news = select.poll()
    news.register(connection.fileno(), select.POLLIN)
    return bool(news.poll(0))


def _answers(connection: Any) -> bool:
    try:
        connection.execute("SELECT 1")
    except connection.OperationalError:
        return False
    return True


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', 'DEFERRED')}")
