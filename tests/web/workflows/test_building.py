"""A workflow is built by plain forms: its nodes, and the ways out of them."""

import re

import pytest
from flask import Flask

from fikoadmin.services import drafts
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of, id_in, id_of, imported, ways, workflow_at
from tests.web.forms import form_on, send

# -- the whole trip --------------------------------------------------------------------------------------------------


def add(editor: Visitor, workflow_id: int, node_type: str, kind: str, after: str = "", **typed: str) -> None:
    query = f"?node_type={node_type}&kind={kind}{after}"
    page = f"/workflows/{workflow_id}/nodes/new{query}"
    assert send(editor, page, "/nodes/new", **typed).status_code == 303


def test_a_workflow_is_built_and_activated_by_plain_forms_alone(office: Flask, editor: Visitor) -> None:
    workflow_id = id_in(send(editor, "/workflows/new", "/new", name="To people").location)
    add(editor, workflow_id, "when", "receive_message", title="Asks", keywords="human")
    asks = f"&after={id_of(office, workflow_id, 'Asks')}&way=success"
    add(editor, workflow_id, "action", "redirect_conversation", asks, title="Hand over", redirect_destination="support")
    typed = {"conditions-count": "1", "conditions-0-kind": "field", "conditions-0-field": "user.tags"}
    typed |= {"conditions-0-operator": "contains", "conditions-0-value": "VIP"}
    add(editor, workflow_id, "condition", "condition", asks, title="Important?", **typed)
    page = f"/workflows/{workflow_id}"
    assert ways(office, workflow_id) == {("Asks", "success", "Important?"), ("Important?", "success", "Hand over")}
    assert "To Support: becomes support_active, AI off" in re.sub(r"<[^>]+>", "", editor.text(page))
    assert send(editor, page, "/activate").status_code == 303
    assert workflow_at(office, workflow_id).status == "ACTIVE"


def test_a_new_node_is_inserted_before_what_came_there(office: Flask, editor: Visitor, fork: int) -> None:
    after = f"&after={id_of(office, fork, 'Condition')}&way=failure"
    assert "way out: Failure" in editor.text(f"/workflows/{fork}/nodes/new?{after}")
    add(editor, fork, "action", "add_tag", after, title="Tagged", tag_name="x")
    assert {("Condition", "failure", "Tagged"), ("Tagged", "success", "Robot")} <= ways(office, fork)


# -- ways out --------------------------------------------------------------------------------------------------------


def test_a_way_out_leads_elsewhere_and_ends(office: Flask, editor: Visitor, fork: int) -> None:
    asks, people = id_of(office, fork, "Condition"), id_of(office, fork, "People")
    page = f"/workflows/{fork}?change={asks}.failure"
    assert send(editor, page, "/connect", target_node_id=people).status_code == 303
    assert ("Condition", "failure", "People") in ways(office, fork)
    assert send(editor, page, "/connect", target_node_id="").status_code == 303
    assert not [way for way in ways(office, fork) if way[1] == "failure"]


def test_branches_are_added_and_removed(office: Flask, editor: Visitor, fork: int) -> None:
    start, robot = id_of(office, fork, "Start"), id_of(office, fork, "Robot")
    page = f"/workflows/{fork}?change={start}.success"
    assert send(editor, page, "/branch", target_node_id=robot).status_code == 303
    assert ("Start", "success", "Robot") in ways(office, fork)
    assert send(editor, f"/workflows/{fork}", "/remove").status_code == 303
    assert ("Start", "success", "Condition") not in ways(office, fork)
    assert send(editor, page, "/branch", target_node_id="").status_code == 422


def test_a_connection_with_a_condition_of_its_own_says_so_and_is_not_replaced(office: Flask, editor: Visitor) -> None:
    start, end = made.when("x", title="Start"), made.send("Hi", "End")
    guarded = made.connection(start, end, condition=made.field("user.tags", "contains", "VIP"))
    workflow_id = imported(office, made.document([start, end], [guarded]))
    text = editor.text(f"/workflows/{workflow_id}?change={id_of(office, workflow_id, 'Start')}.success")
    assert "only if" in text
    assert 'connect"' not in text
    assert 'branch"' in text


@pytest.mark.parametrize(
    ("action", "sent", "status"),
    [
        ("connect", {"connection_type": "timeout", "target_node_id": "Robot"}, 422),
        ("connect", {"connection_type": "success", "target_node_id": "Start"}, 422),
        ("branch", {"connection_type": "success", "target_node_id": "Start"}, 422),
        ("connect", {"connection_type": "success", "target_node_id": "nobody"}, 404),
        ("connect", {"connection_type": "\0", "target_node_id": "\0"}, 422),
        ("connect", {}, 422),
    ],
)
def test_p29_a_connection_that_cannot_be_is_refused(
    office: Flask, editor: Visitor, fork: int, action: str, sent: dict[str, str], status: int
) -> None:
    before, asks = ways(office, fork), id_of(office, fork, "Condition")
    target = sent.get("target_node_id", "")
    sent |= {"revision": "1", "target_node_id": id_of(office, fork, target) if target.isalpha() and target != "nobody"
             else target}  # fmt: skip
    answer = editor.post(f"/workflows/{fork}/nodes/{asks}/{action}", sent, f"/workflows/{fork}")
    assert answer.status_code == status
    assert ways(office, fork) == before


def test_p22_a_stale_choice_is_refused_and_shown_again(office: Flask, editor: Visitor, fork: int) -> None:
    asks, people = id_of(office, fork, "Condition"), id_of(office, fork, "People")
    form = form_on(editor.text(f"/workflows/{fork}?change={asks}.failure"), "/connect")
    changed_by_somebody_else(office, fork, people, title="Persons")
    answer = editor.client.post(form.action, data=form.sent(target_node_id=people))
    assert answer.status_code == 409
    again = form_on(answer.text, "/connect")
    assert again.values["target_node_id"] == people
    assert editor.client.post(again.action, data=again.sent()).status_code == 303
    assert ("Condition", "failure", "Persons") in ways(office, fork)


# -- nodes -----------------------------------------------------------------------------------------------------------


def test_a_node_is_switched_off_and_on(office: Flask, editor: Visitor, fork: int) -> None:
    node_id = id_of(office, fork, "People")
    for expected in (False, True):
        assert send(editor, f"/workflows/{fork}/nodes/{node_id}/more", "/switch").status_code == 303
        assert next(n for n in draft_of(office, fork)["nodes"] if n["id"] == node_id)["is_active"] is expected


def test_a_node_is_deleted_after_a_question(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/nodes/{id_of(office, fork, 'Condition')}/delete"
    assert "Delete this node?" in editor.text(page)
    assert send(editor, page, "/delete").status_code == 303
    assert ways(office, fork) == {("Start", "success", "People")}
    assert "Nothing leads to these" in editor.text(f"/workflows/{fork}")


def test_p22_a_new_node_whose_place_is_gone_keeps_what_was_typed(office: Flask, editor: Visitor, fork: int) -> None:
    robot = id_of(office, fork, "Robot")
    page = f"/workflows/{fork}/nodes/new?node_type=action&kind=add_note&after={robot}&way=success"
    form = form_on(editor.text(page), "/nodes/new")
    with office.app_context():
        drafts.delete_node(fork, robot, AUTHOR)
    answer = editor.client.post(form.action, data=form.sent(note="Long note"))
    assert answer.status_code == 409
    again = form_on(answer.text, "/nodes/new")
    assert again.values["note"] == "Long note"
    assert editor.client.post(again.action, data=again.sent()).status_code == 303
