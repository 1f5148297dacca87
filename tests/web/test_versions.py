"""The versions of a workflow on their pages: read, compared, brought back."""

import re

import pytest
from flask import Flask

from bench.counting import counting
from fikoadmin import documents
from fikoadmin.services import draft_history, drafts, restoring, workflows
from fikoadmin.services.comparison import compare
from tests import scenes
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of, imported, node_titled, workflow_at
from tests.web.forms import form_on, send


@pytest.fixture
def twice(office: Flask) -> int:
    """A workflow that was published twice: to Support, then to Sales with a note between."""
    workflow_id = imported(office, made.row(made.never("Start"), made.redirect("support", "People")))
    with office.app_context():
        workflows.activate(workflow_id, AUTHOR, note="The first one")
        people = node_titled(office, workflow_id, "People")["id"]
        drafts.change_node(workflow_id, people, {"redirect_destination": "sales"}, AUTHOR)
        start = node_titled(office, workflow_id, "Start")["id"]
        fields = {"title": "Note", "action_type": "add_note", "configuration": {"note": "hm"}}
        drafts.add_node(workflow_id, "action", fields, AUTHOR, (start, "success"))
        drafts.describe(workflow_id, "Renamed", {"max_executions": 3}, AUTHOR)
        workflows.activate(workflow_id, AUTHOR, note="Sales asked")
    return workflow_id


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def document_of(office: Flask, workflow_id: int, number: int) -> dict[str, object]:
    with office.app_context():
        version = workflows.version(workflow_id, number)
        assert version is not None
        return version.document


def test_the_history_says_who_published_what_and_why(editor: Visitor, twice: int) -> None:
    text = words(editor.text(f"/workflows/{twice}/history"))
    assert text.index("Sales asked") < text.index("The first one")
    assert "Version 2 live" in text
    assert "What changed in 2" in text


def test_a_version_is_read_in_words_and_drawn(editor: Visitor, twice: int) -> None:
    text = editor.text(f"/workflows/{twice}/versions/1")
    assert "To Support: becomes support_active, AI off" in re.sub(r"<[^>]+>", "", text)
    assert 'class="graph' in text
    assert "Note" not in re.findall(r"<bdi>(.*?)</bdi>", text)


def test_two_versions_are_compared(editor: Visitor, twice: int) -> None:
    said = words(editor.text(f"/workflows/{twice}/compare?old=1&new=2"))
    assert "Destination before: Support now: Sales" in said
    assert "1 node added Note" in said
    assert "Start Success led to People leads to Note" in said
    assert "1 node removed Note" in words(editor.text(f"/workflows/{twice}/compare?old=2&new=1"))
    assert "No difference" in editor.text(f"/workflows/{twice}/compare?old=2&new=draft")


def test_the_draft_is_compared_with_what_was_published_last(office: Flask, editor: Visitor, twice: int) -> None:
    changed_by_somebody_else(office, twice, node_titled(office, twice, "People")["id"], redirect_destination="billing")
    assert "before: Sales now: Billing" in words(editor.text(f"/workflows/{twice}/compare"))


def test_a_version_is_brought_back_into_the_draft_and_what_is_live_stays(
    office: Flask, editor: Visitor, twice: int
) -> None:
    live = workflow_at(office, twice).live_version_id
    answer = send(editor, f"/workflows/{twice}/versions/1", "/restore")
    assert answer.status_code == 303
    assert "The draft is version 1 again" in editor.text(answer.location)
    first = document_of(office, twice, 1)
    assert documents.digest(draft_of(office, twice)) == documents.digest(first)
    assert compare(first, draft_of(office, twice)).is_empty
    assert workflow_at(office, twice).live_version_id == live
    revision = workflow_at(office, twice).revision
    assert send(editor, f"/workflows/{twice}/versions/1", "/restore").status_code == 303
    assert workflow_at(office, twice).revision == revision


def test_what_was_in_the_draft_comes_back_by_undo(office: Flask, editor: Visitor, twice: int) -> None:
    changed_by_somebody_else(office, twice, node_titled(office, twice, "Note")["id"], title="Unpublished")
    before = documents.digest(draft_of(office, twice))
    assert send(editor, f"/workflows/{twice}/versions/1", "/restore").status_code == 303
    with office.app_context():
        draft_history.undo(twice, AUTHOR)
    assert documents.digest(draft_of(office, twice)) == before


def test_nodes_and_connections_come_and_go_in_an_order_that_each_database_takes(inside_any: Flask) -> None:
    nodes = [made.never("Start"), *(made.send("Hi", f"S{n}") for n in range(5))]
    workflow = scenes.live(made.row(*nodes))
    kept, gone = workflow.nodes[1].id, [node.id for node in workflow.nodes[2:]]
    for node_id in gone:
        drafts.delete_node(workflow.id, node_id, AUTHOR)
    other = drafts.add_node(workflow.id, "action", {"title": "Other", "tag_name": "x"}, AUTHOR, (kept, "success"))
    drafts.add_node(workflow.id, "action", {"title": "Another"}, AUTHOR, (other.id, "failure"))
    restoring.restore(workflow.id, 1, AUTHOR)
    titles = [node["title"] for node in workflows.export(workflow.id)["nodes"]]
    assert titles == ["Start", "S0", "S1", "S2", "S3", "S4"]
    draft_history.undo(workflow.id, AUTHOR)
    assert {node["title"] for node in workflows.export(workflow.id)["nodes"]} == {"Start", "S0", "Other", "Another"}


def test_p22_a_stale_draft_is_not_replaced(office: Flask, editor: Visitor, twice: int) -> None:
    form = form_on(editor.text(f"/workflows/{twice}/versions/1"), "/restore")
    changed_by_somebody_else(office, twice, node_titled(office, twice, "Note")["id"], title="Theirs")
    answer = editor.client.post(form.action, data=form.sent())
    assert answer.status_code == 409
    assert "Somebody else has changed this workflow" in answer.text
    assert node_titled(office, twice, "Theirs")


@pytest.mark.parametrize("rest", ["versions/9", "versions/99999999999999999999", "compare?old=9", "compare?new=x",
                                  "compare?old=" + "9" * 5_000, "compare?old=%00", "compare?old=٣"])  # fmt: skip
def test_p29_a_version_that_is_not_there_is_not_found(editor: Visitor, twice: int, rest: str) -> None:
    assert editor.get(f"/workflows/{twice}/{rest}").status_code == 404


def test_nothing_to_compare_leads_to_the_history(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, made.row(made.never()))
    assert editor.get(f"/workflows/{workflow_id}/compare").status_code == 303
    assert "Never published" in editor.text(f"/workflows/{workflow_id}/history")


def test_a_viewer_reads_and_restores_nothing(reader: Visitor, twice: int) -> None:
    assert "Restore" not in reader.text(f"/workflows/{twice}/versions/1")
    refused = reader.post(f"/workflows/{twice}/versions/1/restore", {"revision": "1"}, "/workflows")
    assert refused.status_code == 403


@pytest.mark.parametrize("rest", ["history", "versions/1", "compare?old=1"])
def test_y6_the_queries_of_the_pages_do_not_grow(office: Flask, editor: Visitor, rest: str) -> None:
    counts = []
    for nodes in (3, 60):
        steps = [made.send("Hi", f"S{n}") for n in range(nodes)]
        workflow_id = imported(office, made.row(made.never(), *steps))
        with office.app_context():
            for _ in range(nodes // 20 + 1):
                workflows.activate(workflow_id, AUTHOR)
                changed_by_somebody_else(
                    office, workflow_id, node_titled(office, workflow_id, "S0")["id"], message_content=made.unique()
                )
        with counting() as counted:
            assert editor.get(f"/workflows/{workflow_id}/{rest}").status_code == 200
        counts.append(len(counted.statements))
    assert counts[0] == counts[1]
