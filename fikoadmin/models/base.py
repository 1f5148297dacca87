"""Column types and small parts that all models share."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import mapped_column
from sqlalchemy.sql.functions import GenericFunction
from sqlalchemy.types import TypeDecorator

from ..extensions import Base, db

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; with time zone on PostgreSQL, naive text in UTC on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if not isinstance(value, datetime):
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class database_time(GenericFunction[datetime]):
    """The database's own clock, `seconds` from now: leases are compared with it inside the statement."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(database_time, "postgresql")
def _postgresql_time(element: Any, compiler: Any, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"(clock_timestamp() + make_interval(secs => {seconds}))"


@compiles(database_time, "sqlite")
def _sqlite_time(element: Any, compiler: Any, **kw: Any) -> str:
    seconds = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', ({seconds}) || ' seconds')"


BigId = BigInteger().with_variant(Integer, "sqlite")
Id = Annotated[int, mapped_column(BigId, primary_key=True)]

# 32 of them, so that each byte stands for one and none comes more often than another.
_LETTERS = b"abcdefghijkmnpqrstuvwxyz23456789"
_LETTER_OF_BYTE = _LETTERS * (256 // len(_LETTERS))


def short_id(length: int = 10) -> str:
    """A short random text that is easy to read aloud (no 0/o, 1/l)."""
    return secrets.token_bytes(length).translate(_LETTER_OF_BYTE).decode()


def insert_into(model: type[Base] | Table) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of the present database's dialect: both spell ON CONFLICT alike, the library keeps them apart."""
    return postgresql.insert(model) if db.engine.dialect.name == "postgresql" else sqlite.insert(model)
