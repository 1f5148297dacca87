"""The bell rings after a commit, for what it changed, and for nothing else."""

from collections.abc import Iterator

import pytest
from flask import Flask

from fikoadmin import live
from fikoadmin.extensions import committed, db, transaction
from fikoadmin.live.bell import heard, topics_of
from fikoadmin.live.hub import EVERYTHING
from fikoadmin.models.actors import SYSTEM
from fikoadmin.models.jobs import JobsWaiting
from fikoadmin.models.settings import Setting
from fikoadmin.models.workflows import Node, Workflow
from tests.small_app import conversation_at, new_conversation, redirect


@pytest.fixture
def rung(app: Flask) -> Iterator[list[dict[str, int | None]]]:
    """What each commit rings for."""
    found: list[dict[str, int | None]] = []

    def note(_sender: object, facts: list[object]) -> None:
        found.append(topics_of(facts))

    with committed.connected_to(note):
        yield found


def test_a_redirect_rings_with_its_epoch(app: Flask, rung: list[dict[str, int | None]]) -> None:
    one = new_conversation()
    redirect(one, "sales")
    assert rung[1] == {f"conversation:{one}": 2, "conversations": None}


def test_a_message_rings_for_its_conversation(app: Flask, rung: list[dict[str, int | None]]) -> None:
    one = new_conversation()
    with transaction():
        conversation_at(one).note("for us only", SYSTEM)
    assert rung[1][f"conversation:{one}"] == 1


def test_workflows_and_settings_ring(app: Flask, rung: list[dict[str, int | None]]) -> None:
    with transaction() as session:
        workflow = Workflow(name="welcome", nodes=[Node(place=1, node_type="when")])
        session.add_all([workflow, Setting(name="business_name", value="Fiko")])
    assert rung == [{f"workflow:{workflow.id}": None, "workflows": None, "settings": None}]
    with transaction() as session:
        session.merge(workflow).nodes[0].title = "begin"
    assert rung[1] == {f"workflow:{workflow.id}": None}


def test_nothing_rings_before_the_commit_around_it(app: Flask, rung: list[dict[str, int | None]]) -> None:
    one, two = new_conversation(), new_conversation()
    rung.clear()
    with transaction():
        redirect(one, "sales")
        redirect(two, "sales")
        db.session.flush()
        assert rung == []
    assert [set(topics) for topics in rung] == [{f"conversation:{one}", f"conversation:{two}", "conversations"}]


def redirect_and_fail(conversation_id: str) -> None:
    conversation = redirect(conversation_id, "sales")
    db.session.flush()
    conversation.epoch //= 0


def test_nothing_rings_for_what_is_rolled_back(app: Flask, rung: list[dict[str, int | None]]) -> None:
    one, two = new_conversation(), new_conversation()
    rung.clear()
    with pytest.raises(ZeroDivisionError), transaction():
        redirect_and_fail(one)
    assert rung == []
    redirect(two, "sales")
    assert [set(topics) for topics in rung] == [{f"conversation:{two}", "conversations"}]


def test_what_was_written_before_a_savepoint_that_failed_rings(app: Flask, rung: list[dict[str, int | None]]) -> None:
    one = new_conversation()
    with transaction() as session:
        redirect(one, "sales")
        with session.begin_nested() as savepoint:
            savepoint.rollback()
    assert rung[1][f"conversation:{one}"] == 2


def test_waiting_jobs_ring_for_the_dispatcher(app: Flask) -> None:
    subscription = live.subscribe(app, ["jobs"])
    app.extensions["live"].follow([JobsWaiting()])
    assert subscription.wait(20) == {"jobs": None}
    subscription.close()


@pytest.mark.parametrize("message", [b"", b"[]", b"{}", b"\xff", b'{"from": 1, "topics": 7}', b"[" * 9999])
def test_a_message_that_cannot_be_read_says_look_at_everything(message: bytes) -> None:
    assert heard(message, "me") == {EVERYTHING: None}


def test_ones_own_message_says_nothing_new() -> None:
    message = b'{"from": "me", "topics": {"conversation:a": 7}}'
    assert heard(message, "me") == {}
    assert heard(message, "another") == {"conversation:a": 7}
