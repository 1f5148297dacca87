"""Publish, pause and archive on their pages: what changes, who wrote what, what becomes of what is open."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from bench.counting import counting
from fikoadmin.extensions import db
from fikoadmin.models.executions import CANCELLED, WAITING, Execution
from fikoadmin.models.jobs import STOP_EXECUTIONS
from fikoadmin.services import drafts, executions, workflows
from tests import scenes
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, imported, node_titled, workflow_at
from tests.web.forms import form_on, send


@pytest.fixture
def asking(office: Flask) -> int:
    """A live workflow that asks the customer something and hands over."""
    start, asks = made.never("Start"), made.node("waiting", "Ask", customer_message="Your name?", storage_type="text")
    workflow_id = imported(office, made.row(start, asks, made.redirect("support", "People")))
    with office.app_context():
        workflows.activate(workflow_id, AUTHOR)
    return workflow_id


def change(office: Flask, workflow_id: int, node: str, **fields: Any) -> None:
    changed_by_somebody_else(office, workflow_id, node_titled(office, workflow_id, node)["id"], **fields)


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def open_one(office: Flask, workflow_id: int) -> int:
    """The id of an execution that waits for its customer."""
    with office.app_context():
        return executions.trigger(workflow_id, scenes.begin(), AUTHOR).id


def status_of(office: Flask, execution_id: int) -> str:
    with office.app_context():
        scenes.work(STOP_EXECUTIONS)
        found = db.session.scalar(select(Execution.status).where(Execution.id == execution_id))
        return str(found)


def test_what_changes_is_said_in_words(office: Flask, editor: Visitor, asking: int) -> None:
    people = node_titled(office, asking, "People")["id"]
    with office.app_context():
        drafts.change_node(asking, people, {"redirect_destination": "sales"}, AUTHOR)
        drafts.add_node(asking, "action", {"title": "Goodbye", "action_type": "add_note"}, AUTHOR, (people, "success"))
        drafts.delete_node(asking, node_titled(office, asking, "Ask")["id"], AUTHOR)
        drafts.describe(asking, "Renamed", {"max_executions": 3}, AUTHOR)
    said = words(editor.text(f"/workflows/{asking}/publish"))
    assert "Executions per customer, at most before: 0 now: 3" in said, said
    assert "1 node added Goodbye" in said
    assert "1 node removed Ask" in said
    assert "Destination before: Support now: Sales" in said
    assert "Start Success led to Ask leads to People" in said
    assert "People Success led to nothing leads to Goodbye" in said


def test_a_note_and_the_author_are_kept_with_the_version(office: Flask, editor: Visitor, asking: int) -> None:
    change(office, asking, "People", redirect_destination="billing")
    page = f"/workflows/{asking}/publish"
    assert send(editor, page, "/activate", note="Billing asked for it").status_code == 303
    with office.app_context():
        version = workflows.versions(asking)[0]
        assert (version.number, version.note, version.author) == (2, "Billing asked for it", "Operator")
    assert "Nothing to publish" in editor.text(page)


def test_p22_what_changed_since_is_not_published_and_the_note_stays(
    office: Flask, editor: Visitor, asking: int
) -> None:
    change(office, asking, "People", redirect_destination="billing")
    form = form_on(editor.text(f"/workflows/{asking}/publish"), "/activate")
    change(office, asking, "People", redirect_destination="sales")
    answer = editor.client.post(form.action, data=form.sent(note="Mine", executions="stop"))
    assert answer.status_code == 409
    assert "Somebody else has changed this workflow" in answer.text
    again = form_on(answer.text, "/activate")
    assert again.values["note"] == "Mine"
    assert "now: Sales" in words(answer.text)
    assert editor.client.post(again.action, data=again.sent()).status_code == 303


@pytest.mark.parametrize("note", ["x" * 2_001, "\0"])
def test_p29_a_note_that_cannot_be_kept_is_refused(office: Flask, editor: Visitor, asking: int, note: str) -> None:
    change(office, asking, "People", redirect_destination="billing")
    answer = send(editor, f"/workflows/{asking}/publish", "/activate", note=note)
    assert answer.status_code == 422
    assert 'id="note-error"' in answer.text
    assert workflow_at(office, asking).live_version_id
    assert "Draft differs" in editor.text(f"/workflows/{asking}")


def test_findings_stand_on_the_page_with_what_to_do(office: Flask, editor: Visitor, asking: int) -> None:
    change(office, asking, "People", redirect_destination="")
    text = editor.text(f"/workflows/{asking}/publish")
    assert "Check: 1 thing to do" in text
    assert "Choose a destination" in text
    refused = send(editor, f"/workflows/{asking}/publish", "/activate")
    assert (refused.status_code, "It cannot be published yet" in refused.text) == (409, True)


@pytest.mark.parametrize(("choice", "status"), [("finish", WAITING), ("stop", CANCELLED)])
def test_p19_what_is_open_on_an_older_version_finishes_or_is_stopped(
    office: Flask, editor: Visitor, asking: int, choice: str, status: str
) -> None:
    execution_id = open_one(office, asking)
    change(office, asking, "People", redirect_destination="billing")
    page = f"/workflows/{asking}/publish"
    assert "1 execution is open on an older version" in editor.text(page)
    assert send(editor, page, "/activate", executions=choice).status_code == 303
    assert status_of(office, execution_id) == status


@pytest.mark.parametrize("verb", ["pause", "archive"])
@pytest.mark.parametrize(("choice", "status"), [("finish", WAITING), ("stop", CANCELLED)])
def test_to_stop_a_workflow_asks_about_what_is_open(
    office: Flask, editor: Visitor, asking: int, verb: str, choice: str, status: str
) -> None:
    execution_id = open_one(office, asking)
    asked = send(editor, f"/workflows/{asking}", f"/{verb}")
    assert f"/stop?verb={verb}" in asked.location
    assert workflow_at(office, asking).status == "ACTIVE"
    assert "1 execution of it is open" in editor.text(asked.location)
    assert send(editor, asked.location, f"/{verb}", executions=choice).status_code == 303
    assert workflow_at(office, asking).status == {"pause": "PAUSED", "archive": "ARCHIVED"}[verb]
    assert status_of(office, execution_id) == status


def test_a_first_version_is_published_with_a_note(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, made.row(made.never(), made.redirect("support")))
    page = f"/workflows/{workflow_id}/publish"
    assert "This is the first version" in editor.text(page)
    assert send(editor, page, "/activate", note="Begin").status_code == 303
    with office.app_context():
        assert workflows.versions(workflow_id)[0].note == "Begin"


def test_who_publishes_reads_what_to_do_next_and_what_is_missing(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, made.sample("en_2_redirect_to_human_support"))
    page = f"/workflows/{workflow_id}"
    node_id = node_titled(office, workflow_id, "Decide if Human Support Needed")["id"]
    assert "This installation has no language model yet" in editor.text(f"{page}/nodes/{node_id}")
    assert send(editor, page, f"{page}/activate").status_code == 303
    text = editor.text(page)
    assert "This installation has no language model yet" in text
    assert '<a href="/try">Try it as a customer</a> · <a href="/conversations">Run it on a conversation</a>' in text


def test_markup_in_what_changed_stays_text(office: Flask, editor: Visitor, asking: int) -> None:
    evil = "<script>alert(1)</script>"
    change(office, asking, "Ask", customer_message=evil, title=evil, choice_options=[evil], nonsense={evil: evil})
    assert evil not in editor.text(f"/workflows/{asking}/publish")


def test_a_viewer_reads_it_and_publishes_nothing(office: Flask, reader: Visitor, asking: int) -> None:
    change(office, asking, "People", redirect_destination="billing")
    text = reader.text(f"/workflows/{asking}/publish")
    assert "Billing" in text
    assert "/activate" not in text
    assert reader.get(f"/workflows/{asking}/stop").status_code == 403


@pytest.mark.parametrize("count", [5, 60])
def test_y6_the_queries_of_the_page_do_not_grow(office: Flask, editor: Visitor, count: int) -> None:
    workflow_id = imported(office, made.row(made.never(), *(made.send("Hi", f"S{n}") for n in range(count))))
    with office.app_context():
        workflows.activate(workflow_id, AUTHOR)
    change(office, workflow_id, "S1", message_content="Hello")
    with counting() as counted:
        text = editor.text(f"/workflows/{workflow_id}/publish")
    assert "1 node changed" in text
    assert len(counted.statements) == 6, "\n".join(counted.statements)
