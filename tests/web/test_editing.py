"""The outline as an editor: what is done with nodes as a whole, undone, copied and pasted, by plain forms."""

import html
import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from bench.counting import counting
from fikoadmin import documents
from fikoadmin.errors import Conflict, Invalid, NotFound
from fikoadmin.extensions import db
from fikoadmin.models.actors import Actor
from fikoadmin.models.audit import AuditEntry
from fikoadmin.models.drafts import KEPT, DraftChange
from fikoadmin.services import connections, draft_history, drafts, pasting, workflows
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of, imported, workflow_at
from tests.web.forms import form_on, forms_on, send

Ways = set[tuple[str, str, str]]
OTHER = Actor("operator", "77", "Somebody else")


def ways(office: Flask, workflow_id: int) -> Ways:
    """(source, type, target) of the draft's connections, by the nodes' titles."""
    draft = draft_of(office, workflow_id)
    titles = {node["id"]: node["title"] for node in draft["nodes"]}
    lines = ((line["source_node_id"], line["connection_type"], line["target_node_id"]) for line in draft["connections"])
    return {(titles[source], type_, titles[target]) for source, type_, target in lines}


def id_of(office: Flask, workflow_id: int, title: str) -> str:
    return str(next(node["id"] for node in draft_of(office, workflow_id)["nodes"] if node["title"] == title))


def line_to(office: Flask, workflow_id: int, title: str) -> str:
    """The id of the first connection that leads to that node."""
    target = id_of(office, workflow_id, title)
    found = (c for c in draft_of(office, workflow_id)["connections"] if c["target_node_id"] == target)
    return str(next(found)["id"])


def plain(draft: dict[str, Any]) -> dict[str, Any]:
    return {part: draft[part] for part in ("workflow", "nodes", "connections")}


@pytest.fixture
def fork(office: Flask) -> int:
    """Start → Asks → success First → Second; failure Else. The way to First has a condition of its own."""
    start, asks = (
        made.when("help", title="Start"),
        made.condition(made.field("user.tags", "contains", "VIP"), title="Asks"),
    )
    first, second, other = made.send("1", "First"), made.send("2", "Second"), made.note("3", "Else")
    guard = made.field("user.tags", "contains", "Gold")
    lines = [made.connection(start, asks), made.connection(asks, first, condition=guard)]
    lines += [made.connection(first, second), made.connection(asks, other, "failure")]
    return imported(office, made.document([start, asks, first, second, other], lines))


TO_FIRST, TO_ELSE = ("Start", "success", "Asks"), ("Asks", "failure", "Else")


def guard_to(office: Flask, workflow_id: int, title: str) -> Any:
    wanted = line_to(office, workflow_id, title)
    return next(c["condition"] for c in draft_of(office, workflow_id)["connections"] if c["id"] == wanted)


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


# -- undo and redo ---------------------------------------------------------------------------------------------------


def change_everything(office: Flask, workflow_id: int) -> None:
    """One of each kind of change."""
    first, second, asks, start = (id_of(office, workflow_id, t) for t in ("First", "Second", "Asks", "Start"))
    with office.app_context():
        drafts.describe(workflow_id, "Renamed", {"max_executions": 3}, AUTHOR)
        drafts.change_node(workflow_id, first, {"message_content": "other", "zz": [1]}, AUTHOR)
        drafts.add_node(workflow_id, "action", {"title": "New"}, AUTHOR, (first, "success"))
        drafts.duplicate_node(workflow_id, second, AUTHOR)
        drafts.move_node(workflow_id, second, True, AUTHOR)
        connections.connect(workflow_id, start, "success", second, AUTHOR)
        connections.add(workflow_id, start, "success", asks, AUTHOR)
        connections.move_up(workflow_id, line_to(office, workflow_id, "Asks"), AUTHOR)
        connections.lead(workflow_id, line_to(office, workflow_id, "Else"), None, AUTHOR)
        pasting.paste(workflow_id, json.dumps(made.row(made.when(), made.note("p", "Pasted"))), AUTHOR)
        drafts.arrange(workflow_id, {first: (1.0, 2.0)}, AUTHOR)
        drafts.delete_node(workflow_id, first, AUTHOR)


def test_p25_every_change_is_undone_and_redone_to_the_letter(office: Flask, editor: Visitor, fork: int) -> None:
    drawn = [plain(draft_of(office, fork))]
    change_everything(office, fork)
    with office.app_context():
        count = len(DraftChange.of(fork))
    for _ in range(count):
        drawn.append(plain(draft_of(office, fork)))
        assert send(editor, f"/workflows/{fork}", "/undo").status_code == 303
    assert plain(draft_of(office, fork)) == drawn[0]
    for expected in reversed(drawn[1:]):
        assert send(editor, f"/workflows/{fork}", "/redo").status_code == 303
        assert plain(draft_of(office, fork)) == expected


def test_p25_undo_says_whose_change_it_takes_back_and_is_itself_recorded(
    office: Flask, editor: Visitor, reader: Visitor, fork: int
) -> None:
    with office.app_context():
        drafts.change_node(fork, id_of(office, fork, "First"), {"message_content": "theirs"}, OTHER)
    said = "node changed: First (Somebody else)"
    assert f"Undo: {said}" in editor.text(f"/workflows/{fork}")
    assert "Undone: node changed: First" in editor.text(send(editor, f"/workflows/{fork}", "/undo").location)
    assert f"Redo: {said}" in editor.text(f"/workflows/{fork}")
    for visitor in (editor, reader):
        listed = visitor.text(f"/workflows/{fork}/changes")
        assert "undone" in listed
        assert "Somebody else" in listed
    with office.app_context():
        rows = db.session.scalars(select(AuditEntry).filter_by(subject_kind="workflow", subject_id=str(fork)))
        last = list(rows)[-1]
    assert editor.operator
    assert (last.action, last.actor_id) == ("undone", str(editor.operator.id))


def test_a_new_change_forgets_what_was_undone(office: Flask, fork: int) -> None:
    first = id_of(office, fork, "First")
    with office.app_context():
        drafts.change_node(fork, first, {"title": "Once"}, AUTHOR)
        draft_history.undo(fork, AUTHOR)
        drafts.change_node(fork, first, {"title": "Twice"}, AUTHOR)
        with pytest.raises(Conflict, match="nothing left"):
            draft_history.redo(fork, AUTHOR)
        assert [change.about for change in DraftChange.of(fork)] == ["Twice"]


def test_what_can_be_undone_is_bounded(office: Flask, fork: int) -> None:
    first = id_of(office, fork, "First")
    with office.app_context():
        for number in range(KEPT + 3):
            drafts.change_node(fork, first, {"title": f"T{number}"}, AUTHOR)
        assert db.session.scalar(select(func.count()).where(DraftChange.workflow_id == fork)) == KEPT
        for _ in range(KEPT):
            draft_history.undo(fork, AUTHOR)
        with pytest.raises(Conflict):
            draft_history.undo(fork, AUTHOR)
    assert id_of(office, fork, "T2") == first


def test_p22_an_undo_of_what_one_has_not_seen_is_refused(office: Flask, editor: Visitor, fork: int) -> None:
    first = id_of(office, fork, "First")
    changed_by_somebody_else(office, fork, first, message_content="one")
    form = form_on(editor.text(f"/workflows/{fork}"), "/undo")
    changed_by_somebody_else(office, fork, first, message_content="two")
    before = plain(draft_of(office, fork))
    answer = editor.client.post(form.action, data=form.sent())
    assert answer.status_code == 409
    assert "Somebody else has changed this workflow" in answer.text
    assert plain(draft_of(office, fork)) == before


def test_a_save_without_a_change_leaves_nothing_to_undo(office: Flask, fork: int) -> None:
    with office.app_context():
        drafts.change_node(fork, id_of(office, fork, "First"), {"title": "First"}, AUTHOR)
        assert DraftChange.of(fork) == []


def test_undo_works_on_the_other_database_too(pg_app: Flask) -> None:
    nodes = [made.when(title="Start"), made.send("1", "First"), made.send("2", "Second"), made.note("3", "Else")]
    asks = made.condition(title="Asks")
    lines = made.in_a_row(nodes[0], asks, nodes[1], nodes[2]) + [made.connection(asks, nodes[3], "failure")]
    workflow_id = imported(pg_app, made.document([*nodes, asks], lines))
    before = plain(draft_of(pg_app, workflow_id))
    change_everything(pg_app, workflow_id)
    after = plain(draft_of(pg_app, workflow_id))
    with pg_app.app_context():
        for verb in (draft_history.undo, draft_history.redo):
            for _ in range(len(DraftChange.of(workflow_id))):
                verb(workflow_id, AUTHOR)
            assert plain(workflows.export(workflow_id)) == (before if verb is draft_history.undo else after)


# -- copied and pasted -----------------------------------------------------------------------------------------------


def test_nodes_are_copied_as_text_and_pasted_elsewhere_with_new_ids(office: Flask, editor: Visitor, fork: int) -> None:
    first, second = id_of(office, fork, "First"), id_of(office, fork, "Second")
    changed_by_somebody_else(office, fork, second, message_content="{{user_response_" + first + "}}")
    copied = form_text(editor.text(f"/workflows/{fork}/copy?node={first}&node={second}&node=gone"))
    target = imported(office, made.row(made.when(title="W"), made.note("n", "N")))
    page = f"/workflows/{target}/paste?on={line_to(office, target, 'N')}"
    assert send(editor, page, "/paste", text=copied).status_code == 303
    chain = {("W", "success", "First"), ("First", "success", "Second"), ("Second", "success", "N")}
    assert ways(office, target) == chain
    pasted = {node["title"]: node for node in draft_of(office, target)["nodes"]}
    assert {pasted["First"]["id"], pasted["Second"]["id"]} & {first, second} == set()
    assert pasted["Second"]["message_content"] == "{{user_response_" + pasted["First"]["id"] + "}}"


def form_text(page: str) -> str:
    """What stands in the page's text box that can only be read."""
    return html.unescape(page.split("readonly", 1)[1].split(">\n", 1)[1].split("</textarea>")[0])


def test_a_whole_workflow_is_pasted_with_its_starts(office: Flask, editor: Visitor, fork: int) -> None:
    text = json.dumps(made.sample("fa_1_welcome_new_user"))
    page = f"/workflows/{fork}/paste"
    assert send(editor, page, "/paste", text=text).status_code == 303
    assert len(draft_of(office, fork)["nodes"]) > 5
    assert editor.get(f"/workflows/{fork}").status_code == 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not JSON"),
        ("[]", "must be an object"),
        ('{"nodes": []}', "there are no nodes in it"),
        ('{"nodes": [{"id": "a"}]}', "nodes[0].node_type"),
        ('{"nodes": [], "nodes": []}', "given twice"),
        ('{"nodes": [{"id": "a", "node_type": "action", "position_x": NaN}]}', "NaN"),
        ('{"nodes": [{"id": "a", "node_type": "action"}], "connections": [{"source_node_id": "b"}]}', "no node"),
        ("\0", "NUL"),
    ],
)
def test_p29_what_cannot_be_pasted_says_where_and_stays(
    office: Flask, editor: Visitor, fork: int, text: str, told: str
) -> None:
    before = plain(draft_of(office, fork))
    answer = send(editor, f"/workflows/{fork}/paste", "/paste", text=text)
    assert answer.status_code == 422
    assert told in answer.text
    assert "\0" in text or form_on(answer.text, "/paste").values["text"] == text
    assert plain(draft_of(office, fork)) == before


def test_p22_a_paste_into_what_has_changed_keeps_the_text(office: Flask, editor: Visitor, fork: int) -> None:
    text = json.dumps({"nodes": [made.note("x", "Pasted")]})
    form = form_on(editor.text(f"/workflows/{fork}/paste?on={line_to(office, fork, 'Second')}"), "/paste")
    with office.app_context():
        drafts.delete_node(fork, id_of(office, fork, "Second"), AUTHOR)
    answer = editor.client.post(form.action, data=form.sent(text=text))
    assert answer.status_code == 409
    again = form_on(answer.text, "/paste")
    assert again.values["text"] == text
    assert editor.client.post(again.action, data=again.sent()).status_code == 303
    assert "Pasted" in {node["title"] for node in draft_of(office, fork)["nodes"]}


def test_a_workflow_does_not_grow_beyond_what_an_import_reads(office: Flask) -> None:
    workflow_id = imported(office, made.document([made.note("x", f"N{n}") for n in range(999)], []))
    two = json.dumps({"nodes": [made.note("x"), made.note("y")]})
    with office.app_context():
        with pytest.raises(Invalid, match="at most a thousand nodes"):
            pasting.paste(workflow_id, two, AUTHOR)
        drafts.add_node(workflow_id, "action", {}, AUTHOR)
        with pytest.raises(Invalid, match="at most a thousand nodes"):
            drafts.duplicate_node(workflow_id, workflows.found(workflow_id).nodes[0].id, AUTHOR)
    assert len(draft_of(office, workflow_id)["nodes"]) == 1_000


# -- the drawing's places --------------------------------------------------------------------------------------------


def test_tidy_up_gives_every_node_a_place_of_its_own(office: Flask, editor: Visitor, fork: int) -> None:
    assert send(editor, f"/workflows/{fork}", "/tidy").status_code == 303
    nodes = draft_of(office, fork)["nodes"]
    assert len({(node["position_x"], node["position_y"]) for node in nodes}) == len(nodes)
    assert send(editor, f"/workflows/{fork}", "/undo").status_code == 303
    assert {node["position_x"] for node in draft_of(office, fork)["nodes"]} == {100.0}


# -- large, together, by anybody -------------------------------------------------------------------------------------


def test_y13_a_long_outline_has_parts_and_each_node_stands_in_one(office: Flask, editor: Visitor) -> None:
    titles = [f"N{n}." for n in range(250)]
    workflow_id = imported(office, made.row(made.when(title="W"), *(made.note("x", title) for title in titles)))
    parts = [outline_of(editor.text(f"/workflows/{workflow_id}?part={number}")) for number in (1, 2, 3)]
    assert [sum(f">{title}<" in part for part in parts) for title in titles] == [1] * 250
    last = id_of(office, workflow_id, "N249.")
    assert ">N249.<" in outline_of(editor.text(f"/workflows/{workflow_id}?at={last}"))
    assert outline_of(editor.text(f"/workflows/{workflow_id}?part=99")) == parts[2]


def outline_of(page: str) -> str:
    return page.split('<ol class="outline"', 1)[1].split("</ol>")[0]


PAGES = ["", "/copy", "/copy?node={node}", "/paste", "/changes", "/nodes/{node}", "/nodes/{node}/more"]


@pytest.mark.parametrize("address", PAGES)
def test_y6_the_queries_of_the_editors_pages_do_not_grow(office: Flask, editor: Visitor, address: str) -> None:
    found = []
    for count in (5, 60):
        workflow_id = imported(office, made.row(made.when(), *(made.send("Hi", f"S{n}") for n in range(count - 1))))
        node = id_of(office, workflow_id, "S1")
        with office.app_context():
            for number in range(count // 5):
                drafts.change_node(workflow_id, node, {"title": "S1", "zz": number}, AUTHOR)
        with counting() as counted:
            assert editor.get(f"/workflows/{workflow_id}" + address.format(node=node)).status_code == 200
        found.append(len(counted.statements))
    assert found[0] == found[1] <= 6


def test_a_menu_asked_for_by_htmx_is_the_page_without_its_frame(office: Flask, editor: Visitor, fork: int) -> None:
    address = f"/workflows/{fork}/nodes/{id_of(office, fork, 'First')}/more"
    menu = editor.client.get(address, headers={"HX-Request": "true"}).text
    assert "<html" not in menu
    assert {form.action.rpartition("/")[2] for form in forms_on(editor.text(address))} >= {"switch", "duplicate"}
    for verb in ("/switch", "/duplicate", "/delete", "/copy?node="):
        assert verb in menu
        assert verb in editor.text(address)


WRITES = ["/undo", "/redo", "/tidy", "/paste", "/nodes/{node}/move", "/nodes/{node}/duplicate"]
WRITES += ["/connections/{line}/lead", "/connections/{line}/earlier"]


@pytest.mark.parametrize("address", WRITES)
def test_writes_refuse_strangers_viewers_forged_forms_and_stale_ones(
    office: Flask, editor: Visitor, reader: Visitor, fork: int, address: str
) -> None:
    changed_by_somebody_else(office, fork, id_of(office, fork, "First"), message_content="x")
    ids = {"node": id_of(office, fork, "Second"), "line": line_to(office, fork, "Second")}
    at, before = f"/workflows/{fork}" + address.format(**ids), plain(draft_of(office, fork))
    sent = {"revision": "1", "direction": "up", "text": json.dumps({"nodes": [made.note("x")]})}
    assert "/sign-in" in Visitor(office).post(at, sent, form_at="/sign-in").location
    assert reader.post(at, sent, "/workflows").status_code == 403
    assert editor.client.post(at, data=sent).status_code == 400
    expected = 303 if address == "/redo" else 409  # there is nothing to redo: that is no reason to frighten anybody
    assert editor.post(at, sent, f"/workflows/{fork}").status_code == expected
    assert plain(draft_of(office, fork)) == before
    assert workflow_at(office, fork).revision == 2


@pytest.mark.parametrize("rest", ["/changes", "/copy", "/paste", "/nodes/x/more"])
def test_what_is_not_there_is_not_found(editor: Visitor, rest: str) -> None:
    assert editor.get(f"/workflows/987654{rest}").status_code == 404


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 6), st.integers(0, 30), st.integers(0, 30), st.booleans()), max_size=12))
def test_whatever_is_done_can_be_exported_drawn_undone_and_redone(
    office: Flask, editor: Visitor, steps: list[tuple[int, int, int, bool]]
) -> None:
    asks, nodes = made.condition(title="Q"), [made.when(title="W"), made.note("a", "A"), made.note("b", "B")]
    lines = made.in_a_row(nodes[0], asks, nodes[1], nodes[2]) + [made.connection(asks, nodes[2], "failure")]
    workflow_id = imported(office, made.document([*nodes, asks], lines))
    before = plain(draft_of(office, workflow_id))
    with office.app_context():
        for step in steps:
            do(workflow_id, *step)
        after = plain(workflows.export(workflow_id))
        documents.read(json.dumps(workflows.export(workflow_id)))
        changes = len(DraftChange.of(workflow_id))
    assert editor.get(f"/workflows/{workflow_id}").status_code == 200
    with office.app_context():
        for verb, expected in ((draft_history.undo, before), (draft_history.redo, after)):
            for _ in range(changes):
                verb(workflow_id, AUTHOR)
            assert plain(workflows.export(workflow_id)) == expected


def do(workflow_id: int, verb: int, one: int, other: int, up: bool) -> None:
    """Something to nodes and connections picked by number; what the services refuse is left undone."""
    workflow = workflows.found(workflow_id)
    if not workflow.nodes:
        return
    node, target = workflow.nodes[one % len(workflow.nodes)].id, workflow.nodes[other % len(workflow.nodes)].id
    lines = [connection.id for connection in workflow.connections] or ["none"]
    line = lines[one % len(lines)]
    verbs: list[Callable[[], object]] = [
        lambda: drafts.delete_node(workflow_id, node, AUTHOR),
        lambda: drafts.move_node(workflow_id, node, up, AUTHOR),
        lambda: drafts.duplicate_node(workflow_id, node, AUTHOR),
        lambda: connections.connect(workflow_id, node, "success", None if up else target, AUTHOR),
        lambda: connections.lead(workflow_id, line, None if up else target, AUTHOR),
        lambda: pasting.paste(
            workflow_id, pasting.copied(workflows.draft(workflow), {node, target}), AUTHOR, (node, "success")
        ),
        lambda: drafts.add_node(workflow_id, "condition", {}, AUTHOR, None if up else (node, "failure")),
    ]
    try:
        verbs[verb]()
    except (Invalid, NotFound):
        db.session.rollback()


# -- find ------------------------------------------------------------------------------------------------------------


def test_a_node_is_found_by_its_title_or_by_what_it_does(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/find"
    only = editor.get(f"{page}?q=ASKS")
    assert (only.status_code, only.location.partition("#")[2]) == (303, f"node-{id_of(office, fork, 'Asks')}")
    several = editor.text(f"{page}?q=s")
    assert several.index("Start</bdi>") < several.index("Asks</bdi>")
    assert "No node of this workflow fits." in editor.text(f"{page}?q=nowhere")
    assert "No node of this workflow fits." not in editor.text(page)
