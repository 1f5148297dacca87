"""An execution is cancelled, or run again, by those who may."""

import pytest
from flask import Flask

from fikoadmin.services import workflows
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of
from tests.web.forms import form_on, send
from tests.web.running import execution_at, live, newest, ran
from tests.web.talking import begun


def test_an_open_one_says_what_it_waits_for_and_can_be_cancelled(office: Flask, editor: Visitor, open_one: int) -> None:
    page = editor.text(f"/executions/{open_one}")
    assert "Waits for the customer&#39;s answer" in page
    assert "/retry" not in page
    assert send(editor, f"/executions/{open_one}", "/cancel").status_code == 303
    assert execution_at(office, open_one).status == "CANCELLED"
    assert "Cancelled. The conversation stays as it is." in editor.text(f"/executions/{open_one}")


def test_cancelling_what_has_ended_is_refused_kindly(editor: Visitor, open_one: int) -> None:
    address = f"/executions/{open_one}"
    form = form_on(editor.text(address), "/cancel")
    assert editor.client.post(form.action, data=form.sent()).status_code == 303
    again = editor.client.post(form.action, data=form.sent())
    assert again.status_code == 409
    assert "there is nothing left to cancel" in again.text


def test_running_again_makes_an_execution_that_both_pages_name(office: Flask, editor: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("Hi")))
    execution_id = ran(office, workflow_id, begun(office))
    assert send(editor, f"/executions/{execution_id}", "/retry").status_code == 303
    again = newest(office, workflow_id)
    assert again.retry_of_id == execution_id
    assert f'href="/executions/{execution_id}"' in editor.text(f"/executions/{again.id}")
    assert f'href="/executions/{again.id}"' in editor.text(f"/executions/{execution_id}")


def test_it_can_run_again_on_the_live_version_and_from_where_it_failed(office: Flask, editor: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("Hi", "First"), made.send("{{user.last_name}}", "Says a name")))
    execution_id = ran(office, workflow_id, begun(office))
    assert execution_at(office, execution_id).status == "FAILED"
    node = draft_of(office, workflow_id)["nodes"][2]
    changed_by_somebody_else(office, workflow_id, node["id"], message_content="Hello")
    with office.app_context():
        workflows.activate(workflow_id, AUTHOR)
    sent = send(editor, f"/executions/{execution_id}", "/retry", **{"from": "failed", "version": "live"})
    assert sent.status_code == 303
    again = newest(office, workflow_id)
    assert again.status == "COMPLETED"
    page = editor.text(f"/executions/{again.id}")
    assert page.count('<li class="run-step"') == 1


def test_an_open_one_is_not_run_again(editor: Visitor, open_one: int) -> None:
    form = form_on(editor.text(f"/executions/{open_one}"), "/cancel")
    answer = editor.client.post(f"/executions/{open_one}/retry", data=form.sent())
    assert answer.status_code == 409
    assert "has not ended yet" in answer.text


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_only_operators_and_only_with_their_token(editor: Visitor, reader: Visitor, open_one: int, verb: str) -> None:
    address = f"/executions/{open_one}/{verb}"
    assert reader.post(address, form_at="/executions").status_code == 403
    assert editor.client.post(address).status_code == 400
    assert editor.get(address).status_code == 405
    assert f"/{verb}" not in reader.text(f"/executions/{open_one}")
