"""P30 on both databases: up, down and up again, the models' own schema, and destinations that are no schema at all."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import MetaData, inspect, select
from sqlalchemy.engine.interfaces import ReflectedColumn

from fikoadmin import destinations
from fikoadmin.config import ROOT
from fikoadmin.extensions import Base, db
from fikoadmin.models.actors import Actor
from fikoadmin.models.conversations import Conversation
from fikoadmin.seeds import seed_demo
from fikoadmin.services import conversations
from tests.conftest import Stack
from tests.in_process import opened

Rows = dict[str, list[dict[str, str]]]
REVISIONS = [script.revision for script in ScriptDirectory(ROOT / "migrations").walk_revisions()]


@pytest.fixture
def empty(stack: Stack, tmp_path: Any) -> Iterator[Flask]:
    """The app on a database without a table."""
    with opened(stack.environment, tmp_path) as app, app.app_context():
        yield app


def rows() -> Rows:
    """Everything stored, by table; where Alembic stands, and what only serves search, aside."""
    reflected = MetaData()
    with db.engine.connect() as connection:
        reflected.reflect(connection, only=lambda name, _: not name.startswith(("alembic_version", "search_")))
        return {
            table.name: [
                {name: str(value) for name, value in row.items()}
                for row in connection.execute(select(table)).mappings()
            ]
            for table in reflected.sorted_tables
        }


def lost(before: Rows, after: Rows) -> list[str]:
    """The tables that both know and of which a row is gone, or changed in a column that both know."""
    return [
        name for name in before.keys() & after.keys() if not shared(before, after, name) <= shared(after, before, name)
    ]


def shared(rows: Rows, others: Rows, table: str) -> set[tuple[tuple[str, str], ...]]:
    """The rows of a table in the columns that the others have as well; all columns where the others have no row."""
    other = others[table][0] if others[table] else None
    return {
        tuple((name, value) for name, value in sorted(row.items()) if other is None or name in other)
        for row in rows[table]
    }


def differences() -> list[Any]:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=current_app.extensions["migrate"].configure_args)
        return list(compare_metadata(context, Base.metadata))


def test_p30_an_empty_database_goes_up_down_and_up(empty: Flask) -> None:
    upgrade()
    newest = sorted(rows())
    assert newest == sorted(Base.metadata.tables)
    downgrade(revision="base")
    assert rows() == {}
    upgrade()
    assert sorted(rows()) == newest


@pytest.mark.parametrize("revision", REVISIONS)
def test_p30_data_survive_each_step_down_and_up_again(empty: Flask, revision: str) -> None:
    upgrade()
    seed_demo()
    db.session.remove()
    downgrade(revision=revision)
    at_it = rows()
    downgrade(revision="-1")
    below = rows()
    upgrade(revision=revision)
    assert (lost(at_it, below), lost(below, rows())) == ([], [])
    upgrade()
    seed_demo()
    assert rows()["conversations"]


def test_p30_the_models_are_what_the_migrations_make(inside_any: Flask) -> None:
    assert differences() == []


def destination_columns() -> list[tuple[str, ReflectedColumn]]:
    inspector = inspect(db.engine)
    columns = [(table, column) for table in inspector.get_table_names() for column in inspector.get_columns(table)]
    return [(table, column) for table, column in columns if "destination" in column["name"]]


def test_p30_destinations_are_plain_text_to_the_database(inside_any: Flask) -> None:
    inspector = inspect(db.engine)
    found = destination_columns()
    assert {table for table, _ in found} == {"bulk_redirects", "conversations", "conversation_events", "nodes"}
    for table, column in found:
        assert str(column["type"]) == "VARCHAR(40)"
        assert not any("destination" in check["sqltext"] for check in inspector.get_check_constraints(table))


def test_p30_there_is_no_enumeration_in_postgres(pg_app: Flask) -> None:
    with pg_app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT typname FROM pg_type WHERE typtype = 'e'").all() == []


@pytest.fixture
def with_vip(monkeypatch: pytest.MonkeyPatch) -> destinations.Destination:
    """A release whose list has one destination more."""
    vip = replace(destinations.DESTINATIONS[1], value="vip", label="VIP")
    monkeypatch.setattr(destinations, "DESTINATIONS", (*destinations.DESTINATIONS, vip))
    monkeypatch.setitem(destinations._BY_VALUE, "vip", vip)
    return vip


def a_conversation() -> Conversation:
    return conversations.create("test", Actor("command"), customer={"first_name": "Ada"})


def test_p30_one_destination_more_needs_no_migration(inside_any: Flask, with_vip: destinations.Destination) -> None:
    assert differences() == []
    conversation = conversations.redirect(a_conversation().id, "vip", Actor("command"))
    assert (conversation.status, conversation.ai_enabled, conversation.destination) == ("support_active", False, "vip")


def test_p30_a_release_that_does_not_know_a_destination_can_still_use_the_row(
    inside_any: Flask, with_vip: destinations.Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = conversations.redirect(a_conversation().id, "vip", Actor("command"))
    monkeypatch.undo()
    assert destinations.find("vip") is None
    assert conversations.locked(conversation.id).destination == "vip"
    assert conversations.redirect(conversation.id, "ai", Actor("command")).ai_may_reply
