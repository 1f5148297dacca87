"""A clock for the database under test: every statement that asks for the time is told the moment that was set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text

from fikoadmin.extensions import db

# PostgreSQL finds this function before its own: its schema is searched first.
POSTGRES = """
    CREATE TABLE clock_under_test AS SELECT CAST('2026-01-01 00:00:00Z' AS timestamptz) AS moment;
    CREATE FUNCTION public.clock_timestamp() RETURNS timestamptz LANGUAGE sql
        AS 'SELECT moment FROM public.clock_under_test';
    ALTER DATABASE {database} SET search_path = public, pg_catalog;
"""


class DatabaseClock:
    """Stands still at what it was set to; begins with 1 January 2026. Needs the app's context."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)
        db.session.remove()
        db.engine.dispose()  # connections made from now on know this clock
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", self._replace_in_sqlite)
            return
        with db.engine.begin() as connection:
            connection.exec_driver_sql(POSTGRES.format(database=db.engine.url.database))
        db.engine.dispose()

    def set(self, moment: datetime) -> None:
        """Turns the clock, forward or back."""
        self.moment = moment.astimezone(UTC)
        db.session.rollback()
        if db.engine.dialect.name != "sqlite":
            with db.engine.begin() as connection:
                connection.execute(text("UPDATE clock_under_test SET moment = :moment"), {"moment": self.moment})

    def _replace_in_sqlite(self, connection: Any, _record: object) -> None:
        connection.create_function("strftime", 3, self._strftime)

    def _strftime(self, _format: str, _now: str, modifier: str) -> str:
        moment = self.moment + timedelta(seconds=float(modifier.split()[0]))
        return f"{moment:%Y-%m-%d %H:%M:%S.%f}"
