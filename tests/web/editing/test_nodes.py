"""Nodes and connections are inserted, led elsewhere, deleted, moved and duplicated."""

import pytest
from flask import Flask

from fikoadmin import documents
from fikoadmin.services import connections, drafts
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import (
    AUTHOR,
    changed_by_somebody_else,
    draft_of,
    guard_to,
    id_of,
    imported,
    line_to,
    plain,
    ways,
)
from tests.web.forms import forms_on, send

TO_FIRST, TO_ELSE = ("Start", "success", "Asks"), ("Asks", "failure", "Else")


# -- inserted, led elsewhere, deleted --------------------------------------------------------------------------------


def test_a_node_inserted_on_a_connection_stands_behind_its_condition(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/nodes/new?on={line_to(office, fork, 'First')}&node_type=action&kind=add_note"
    assert send(editor, page, "/nodes/new", title="New", note="x").status_code == 303
    between = {("Asks", "success", "New"), ("New", "success", "First"), ("First", "success", "Second")}
    assert ways(office, fork) == {TO_FIRST, TO_ELSE} | between
    assert guard_to(office, fork, "New")["value"] == "Gold"
    assert guard_to(office, fork, "First") == {}


def test_one_of_several_branches_alone_gets_the_new_node(office: Flask, editor: Visitor, fork: int) -> None:
    second = id_of(office, fork, "Second")
    with office.app_context():
        connections.add(fork, id_of(office, fork, "Start"), "success", second, AUTHOR)
    page = f"/workflows/{fork}/nodes/new?on={line_to(office, fork, 'Asks')}&node_type=action&kind=add_note"
    assert send(editor, page, "/nodes/new", title="New", note="x").status_code == 303
    assert {("Start", "success", "New"), ("New", "success", "Asks"), ("Start", "success", "Second")} < ways(
        office, fork
    )


def test_a_connection_leads_elsewhere_and_keeps_its_condition(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}?change={id_of(office, fork, 'Asks')}.success"
    assert send(editor, page, "/lead", target_node_id=id_of(office, fork, "Second")).status_code == 303
    assert ("Asks", "success", "Second") in ways(office, fork)
    assert [c["condition"] for c in draft_of(office, fork)["connections"] if c["condition"]][0]["value"] == "Gold"
    assert send(editor, page, "/lead", target_node_id="").status_code == 303
    assert ("Asks", "success", "Second") not in ways(office, fork)


def test_branches_run_in_the_order_that_operators_give_them(office: Flask, editor: Visitor, fork: int) -> None:
    start, second = id_of(office, fork, "Start"), id_of(office, fork, "Second")
    with office.app_context():
        connections.add(fork, start, "success", second, AUTHOR)
    assert send(editor, f"/workflows/{fork}", "/earlier").status_code == 303
    order = [c["target_node_id"] for c in draft_of(office, fork)["connections"] if c["source_node_id"] == start]
    assert order == [second, id_of(office, fork, "Asks")]


def test_a_deleted_node_is_bridged_and_conditions_on_both_sides_stay(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/nodes/{id_of(office, fork, 'First')}/delete"
    assert "Second" in editor.text(page)
    assert send(editor, page, "/delete").status_code == 303
    assert ways(office, fork) == {TO_FIRST, TO_ELSE, ("Asks", "success", "Second")}
    assert guard_to(office, fork, "Second")["value"] == "Gold"


def test_a_bridge_over_a_fork_leads_to_each_branch_and_never_back_to_itself(office: Flask) -> None:
    start, loop, gone, far = made.when(title="W"), made.note("1", "A"), made.note("2", "B"), made.note("3", "C")
    lines = [made.connection(start, loop), made.connection(loop, gone, condition=made.field("user.id", "in", "1"))]
    lines += [made.connection(gone, loop), made.connection(gone, far, condition=made.field("user.id", "in", "2"))]
    lines += [made.connection(gone, gone, "failure")]
    workflow_id = imported(office, made.document([start, loop, gone, far], lines))
    with office.app_context():
        drafts.delete_node(workflow_id, id_of(office, workflow_id, "B"), AUTHOR)
    assert ways(office, workflow_id) == {("W", "success", "A"), ("A", "success", "C")}
    guards = guard_to(office, workflow_id, "C")["conditions"]
    assert [guard["value"] for guard in guards] == ["1", "2"]


# -- moved and duplicated --------------------------------------------------------------------------------------------


def test_a_node_changes_places_with_the_one_before_it_and_back(office: Flask, editor: Visitor, fork: int) -> None:
    before, page = draft_of(office, fork), f"/workflows/{fork}/nodes/{id_of(office, fork, 'Second')}/more"
    assert send(editor, page, "/move", direction="up").status_code == 303
    moved = {("Asks", "success", "Second"), ("Second", "success", "First")}
    assert ways(office, fork) == {TO_FIRST, TO_ELSE} | moved
    assert guard_to(office, fork, "Second")["value"] == "Gold"
    assert send(editor, page, "/move", direction="down").status_code == 303
    assert documents.canonical(draft_of(office, fork)) == documents.canonical(before)


def test_a_node_moves_out_of_the_branch_in_which_it_stands(office: Flask, fork: int) -> None:
    with office.app_context():
        drafts.move_node(fork, id_of(office, fork, "Else"), True, AUTHOR)
    assert {("Start", "success", "Else"), ("Else", "success", "Asks")} < ways(office, fork)
    assert not [way for way in ways(office, fork) if way[:2] == ("Asks", "failure")]


@pytest.mark.parametrize(("title", "direction"), [("Asks", "up"), ("First", "up"), ("Else", "down"), ("Start", "up")])
def test_p29_a_move_that_cannot_be_is_not_offered_and_refused(
    office: Flask, editor: Visitor, fork: int, title: str, direction: str
) -> None:
    at, before = f"/workflows/{fork}/nodes/{id_of(office, fork, title)}", draft_of(office, fork)
    offered = [form.values["direction"] for form in forms_on(editor.text(f"{at}/more")) if "direction" in form.values]
    assert direction not in offered
    answer = editor.post(f"{at}/move", {"direction": direction, "revision": "1"}, f"/workflows/{fork}")
    assert answer.status_code == 422
    assert "cannot change places" in answer.text
    assert plain(draft_of(office, fork)) == plain(before)


def test_starts_move_in_document_order(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, made.document([made.when(title="A"), made.when(title="B"), made.note("n", "N")], []))
    page = f"/workflows/{workflow_id}/nodes/{id_of(office, workflow_id, 'B')}/more"
    assert send(editor, page, "/move").status_code == 303
    assert [node["title"] for node in draft_of(office, workflow_id)["nodes"]] == ["B", "A", "N"]


def test_a_duplicate_stands_behind_its_original_under_a_name_of_its_own(
    office: Flask, editor: Visitor, fork: int
) -> None:
    first = id_of(office, fork, "First")
    changed_by_somebody_else(office, fork, first, message_content="{{user_response_" + first + "}} {{user_response_x}}")
    assert send(editor, f"/workflows/{fork}/nodes/{first}/more", "/duplicate").status_code == 303
    assert {("First", "success", "First (2)"), ("First (2)", "success", "Second")} < ways(office, fork)
    copy = next(node for node in draft_of(office, fork)["nodes"] if node["title"] == "First (2)")
    assert copy["message_content"] == "{{user_response_" + copy["id"] + "}} {{user_response_x}}"


def test_a_duplicated_start_starts_the_same(office: Flask, fork: int) -> None:
    with office.app_context():
        drafts.duplicate_node(fork, id_of(office, fork, "Start"), AUTHOR)
    assert ("Start (2)", "success", "Asks") in ways(office, fork)
