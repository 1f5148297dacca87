"""What all benches stand on: an installation on PostgreSQL and Redis with one live workflow, and many conversations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Flask
from sqlalchemy import insert, select

from bench.floor import make_tables
from fikoadmin.extensions import db, transaction
from fikoadmin.models.base import short_id
from fikoadmin.models.conversations import ACTIVE, SUPPORT_ACTIVE, Conversation
from fikoadmin.models.customers import Customer
from fikoadmin.models.executions import COMPLETED, Execution
from tests.contract.documents import redirect_workflow
from tests.faults.ground import bring_up, live_workflow, opened
from tests.services import Postgres, Redis

KEYWORD = "human"
TEXT = f"a {KEYWORD} please"
OTHER_TEXT = "good morning"


@dataclass(frozen=True)
class Ground:
    app: Flask
    postgres: Postgres
    redis: Redis
    environment: dict[str, str]

    @property
    def postgres_url(self) -> str:
        return self.environment["FIKO_DATABASE_URL"].replace("+psycopg", "")


@contextmanager
def prepared() -> Iterator[Ground]:
    """Servers of the bench's own; the app in this process, its context pushed."""
    with Postgres() as postgres, Redis() as redis, TemporaryDirectory(prefix="fiko-bench-") as folder:
        environment = {
            "FIKO_DATABASE_URL": postgres.new_database(),
            "FIKO_REDIS_URL": redis.new_database(),
            "FIKO_SECRET_KEY": "bench-only-0123456789",
            "FIKO_LOG_FILE": str(Path(folder) / "workflow.log"),
        }
        bring_up(environment)
        with opened(environment) as app:
            live_workflow(redirect_workflow("support", KEYWORD))
            ground = Ground(app, postgres, redis, environment)
            make_tables(ground.postgres_url)
            yield ground


def conversations(count: int, owner: str = "ai") -> list[str]:
    """The ids of so many new conversations with new customers, written in bulk."""
    with transaction() as session:
        people = [{"source": "test", "source_id": short_id(), "first_name": "Sara"} for _ in range(count)]
        customers = session.scalars(insert(Customer).returning(Customer.id), people).all()
        owned = {"status": ACTIVE, "ai_enabled": True, "destination": "ai"}
        if owner != "ai":
            owned = {"status": SUPPORT_ACTIVE, "ai_enabled": False, "destination": owner}
        rows = [{"id": short_id(), "customer_id": id_, "source": "test", "epoch": 1, **owned} for id_ in customers]
        session.execute(insert(Conversation), rows)
    return [str(row["id"]) for row in rows]


def all_redirected(ids: list[str]) -> None:
    """Fails unless each of them went to support, once, by an execution that has completed."""
    db.session.rollback()
    owners = db.session.execute(
        select(Conversation.status, Conversation.ai_enabled, Conversation.epoch)
        .where(Conversation.id.in_(ids))
        .distinct()
    ).all()
    assert [tuple(owner) for owner in owners] == [(SUPPORT_ACTIVE, False, 2)], owners
    ended = select(Execution.conversation_id).where(Execution.conversation_id.in_(ids), Execution.status == COMPLETED)
    assert Counter(db.session.scalars(ended)) == Counter(ids), "an execution is missing, or one too many"
