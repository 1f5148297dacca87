"""The editor's pages: large, together, by anybody, tidied up and searched."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.counting import counting
from fikoadmin import documents
from fikoadmin.errors import Invalid, NotFound
from fikoadmin.extensions import db
from fikoadmin.models.drafts import DraftChange
from fikoadmin.services import connections, draft_history, drafts, pasting, workflows
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of, id_of, imported, line_to, plain, workflow_at
from tests.web.forms import forms_on, send

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
