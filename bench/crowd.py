"""Very many conversations and executions, made in the database from one of each."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, text

from bench.ground import KEYWORD, TEXT
from fikoadmin.extensions import db, transaction
from fikoadmin.models.base import Model
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.customers import Customer
from fikoadmin.models.events import Event
from fikoadmin.models.executions import Execution, Step
from tests.faults.ground import new_conversation, say

# Ids of copies begin here: far from those that the database gives.
FIRST = 1_000_000_000


class Crowd:
    """Copies of one conversation with one execution of one step, each with a customer of its own."""

    def __init__(self) -> None:
        self.size = 0
        self._conversation = new_conversation()
        assert say(self._conversation, TEXT).executions, f"no workflow starts at {KEYWORD}"

    def grow(self, size: int) -> None:
        """Until there are so many copies; each was changed a little after the one before."""
        of_this = Execution.conversation_id == self._conversation
        with transaction() as session:
            execution = session.scalars(select(Execution).where(of_this)).one()
            customer = session.get_one(Conversation, self._conversation).customer_id
            step = session.scalar(select(func.min(Step.id)).where(Step.execution_id == execution.id))
            a_little_later = "now() - interval '10 days' + n * interval '1 millisecond'"
            number = f"{FIRST} + n"
            self._copy(Customer, customer, size, id=number, source_id="'c' || n")
            self._copy(
                Conversation, self._conversation, size, id="'c' || n", customer_id=number, updated_at=a_little_later,
                status="CASE WHEN n % 10 = 0 THEN 'closed' ELSE 'support_active' END",
            )  # fmt: skip
            self._copy(Event, execution.event_id, size, id="'e' || n", conversation_id="'c' || n", customer_id=number)
            self._copy(Execution, execution.id, size, id=number, event_id="'e' || n", conversation_id="'c' || n")
            self._copy(Step, step, size, id=number, execution_id=number)
        self.size = size
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))

    def _copy(self, model: type[Model], like: Any, size: int, **given: str) -> None:
        columns = [column.name for column in model.__table__.columns if column.computed is None]
        values = ", ".join(given.get(name, f'o."{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        table = model.__tablename__
        numbers = "generate_series(CAST(:start AS bigint), CAST(:size AS bigint)) n"
        db.session.execute(
            text(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} o, {numbers} WHERE o.id = :like"),
            {"start": self.size + 1, "size": size, "like": like},
        )
