"""What is written past the unit of work is what the unit of work would have written; and connections that stand are
used without being asked."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Table, delete, event, select, text
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from fikoadmin.extensions import Base, connection, db, transaction
from fikoadmin.models import writing
from fikoadmin.models.executions import Execution, Step
from fikoadmin.models.history import ConversationEvent
from fikoadmin.services import executions
from tests.conftest import STACKS, NewStack
from tests.contract.documents import node, redirect, redirect_workflow, row, send, unique, when
from tests.faults.ground import PROGRAM, installed, live_workflow, new_conversation, say, shown
from tests.small_app import eventually

OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

ASK = node("waiting", "Ask", customer_message="Your e-mail?", storage_type="email", error_message="", allowed_errors=2)

# What is never the same twice.
OWN = {"id", "key", "due_at", "subject", "digest", "message_key"}


@pytest.fixture(scope="module", params=STACKS)
def app(
    request: pytest.FixtureRequest, new_stack: NewStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with new_stack(request.param) as stack, installed(stack, tmp_path_factory.mktemp("log")) as app:
        yield app


@pytest.fixture
def library_writes() -> Iterator[None]:
    event.remove(Session, "before_flush", writing._write)
    yield
    event.listen(Session, "before_flush", writing._write)


def rows_of(model: type[Base], conversation_id: str) -> list[dict[str, Any]]:
    """The conversation's rows without keys and times."""
    table = model.__table__
    assert isinstance(table, Table)
    rows = select(table)
    if "conversation_id" in table.c:
        rows = rows.where(table.c.conversation_id == conversation_id)
    else:
        begun = select(Execution.id).where(Execution.conversation_id == conversation_id)
        rows = rows.where(table.c.execution_id.in_(begun))
    kept = [c.name for c in table.c if c.name not in OWN and not c.name.endswith(("_at", "_id"))]
    return sorted(({name: found[name] for name in kept} for found in db.session.execute(rows).mappings()), key=str)


def told(keyword: str) -> dict[str, list[dict[str, Any]]]:
    """The rows of a customer who is written to, redirected and asked."""
    conversation_id = new_conversation("web")
    say(conversation_id, keyword)
    db.session.rollback()
    return {model.__name__: rows_of(model, conversation_id) for model in writing.NEW}


def test_it_writes_what_the_library_would(app: Flask, request: pytest.FixtureRequest) -> None:
    keyword = unique("human")
    live_workflow(row(when(keyword), send("Hello {{user.first_name}}"), redirect("support"), ASK))
    ours = told(keyword)
    request.getfixturevalue("library_writes")
    assert told(keyword) == ours
    assert all(ours.values()), ours


def test_what_is_written_can_be_read_and_changed_in_the_same_transaction(app: Flask) -> None:
    workflow_id = live_workflow(redirect_workflow("support", unique()))
    with transaction():
        execution = executions.trigger(workflow_id, new_conversation(), PROGRAM)
        db.session.flush()
        execution.reason = "changed since"
        db.session.flush()
        assert db.session.get_one(Execution, execution.id) is execution
    db.session.refresh(execution)
    assert (execution.reason, [step.position for step in execution.steps]) == ("changed since", [0, 1])


def _trigger_and_fail(workflow_id: int, conversation_id: str) -> None:
    with transaction():
        executions.trigger(workflow_id, conversation_id, PROGRAM)
        db.session.flush()
        raise ZeroDivisionError


def test_what_is_rolled_back_was_never_written(app: Flask) -> None:
    workflow_id, conversation_id = live_workflow(redirect_workflow("support", unique())), new_conversation()
    with pytest.raises(ZeroDivisionError):
        _trigger_and_fail(workflow_id, conversation_id)
    assert (shown(conversation_id).epoch, rows_of(Execution, conversation_id)) == (1, [])


def test_a_row_that_is_gone_is_told_of(app: Flask) -> None:
    execution = executions.trigger(live_workflow(redirect_workflow("support", unique())), new_conversation(), PROGRAM)
    with pytest.raises(StaleDataError):
        _change_what_is_gone(execution.id)


def _change_what_is_gone(execution_id: int) -> None:
    with transaction() as session:
        known = session.get_one(Execution, execution_id)
        for model in (Step, ConversationEvent):
            session.execute(delete(model).where(model.execution_id == execution_id))
        gone = delete(Execution).where(Execution.id == execution_id)
        session.execute(gone.execution_options(synchronize_session=False))
        known.reason = "too late"


def test_nothing_is_asked_of_the_library_that_is_not_done_without_it() -> None:
    asked = [column for model in writing.CHANGED for column in model.__table__.columns if column.onupdate is not None]
    listened = [model for model in writing.CHANGED if model.__mapper__.dispatch.before_update]
    assert (asked, listened) == ([], [])


# -- connections -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("app", ["postgres"], indirect=True)
def test_f03_a_connection_that_the_server_has_closed_is_made_anew(app: Flask) -> None:
    """Even right after its last use, when it is not asked whether it still stands."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as other:
        new_conversation()
        assert other.scalars(text(f"SELECT pg_terminate_backend(pid) {OTHERS}")).all()
        eventually(lambda: other.scalar(text(f"SELECT count(*) {OTHERS}")) == 0)
        assert new_conversation()


def test_a_change_outside_of_a_transaction_is_refused(app: Flask) -> None:
    with app.app_context():
        shown(new_conversation()).custom_prompt = "written in passing"
        with pytest.raises(AssertionError, match="outside of transaction"):
            db.session.flush()


def test_reading_on_postgresql_needs_no_transaction_and_writing_has_one(pg_app: Flask) -> None:
    with pg_app.app_context():
        shown(new_conversation())
        assert _state() == "IDLE"
        with transaction() as session:
            session.execute(text("SELECT 1"))
            assert _state() == "INTRANS"


def _state() -> str:
    driver = connection().connection.driver_connection
    assert driver is not None
    return str(driver.info.transaction_status.name)
