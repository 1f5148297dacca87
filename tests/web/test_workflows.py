"""The Workflows pages, as somebody without JavaScript uses them.

What the services do on each database is tried elsewhere; here the pages are tried once, on SQLite.
"""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from bench.counting import counting
from fikoadmin import documents
from fikoadmin.extensions import db, transaction
from fikoadmin.models.audit import AuditEntry
from fikoadmin.models.workflows import Workflow
from fikoadmin.services import drafts, workflows
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of, imported, one_node, workflow_at
from tests.web.forms import form_on, send

SAMPLES = ("en_2_redirect_to_human_support", "fa_1_welcome_new_user")


def id_in(address: str) -> int:
    found = re.search(r"/workflows/(\d+)", address)
    assert found, address
    return int(found[1])


def id_of(office: Flask, workflow_id: int, title: str) -> str:
    return str(next(node["id"] for node in draft_of(office, workflow_id)["nodes"] if node["title"] == title))


def ways(office: Flask, workflow_id: int) -> set[tuple[str, str, str]]:
    """(source, type, target) of the draft's connections, by the nodes' titles."""
    draft = draft_of(office, workflow_id)
    titles = {node["id"]: node["title"] for node in draft["nodes"]}
    lines = ((line["source_node_id"], line["connection_type"], line["target_node_id"]) for line in draft["connections"])
    return {(titles[source], type_, titles[target]) for source, type_, target in lines}


@pytest.fixture
def fork(office: Flask) -> int:
    """A workflow that asks and goes one of two ways."""
    start, asks = made.when("help", title="Start"), made.condition(made.field("user.tags", "contains", "VIP"))
    people, ai = made.redirect("support", "People"), made.redirect("ai", "Robot")
    lines = [made.connection(start, asks), made.connection(asks, people), made.connection(asks, ai, "failure")]
    return imported(office, made.document([start, asks, people, ai], lines))


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


# -- the outline -----------------------------------------------------------------------------------------------------


def test_the_outline_says_what_each_node_does_and_where_it_leads(editor: Visitor, fork: int) -> None:
    text = re.sub(r"<[^>]+>", "", editor.text(f"/workflows/{fork}"))
    for words in ("Starts when a message contains one of: help", "Customer: tags contains “VIP”", "if it is not true"):
        assert words in " ".join(text.split())
    assert text.index("People") < text.index("Robot")


def test_findings_stand_at_the_node_and_under_check(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "action", action_type="redirect_conversation")
    text = editor.text(f"/workflows/{workflow_id}")
    assert "Check: 3 things to do" in text
    assert text.count("Choose a destination") == 2
    assert f'href="#node-{node_id}"' in text
    refused = send(editor, f"/workflows/{workflow_id}", "/activate")
    assert refused.status_code == 409
    assert "It cannot be published yet" in refused.text
    assert workflow_at(office, workflow_id).status == "DRAFT"


def test_the_parts_that_stay_live_are_those_of_the_page(editor: Visitor, fork: int) -> None:
    page = editor.text(f"/workflows/{fork}")
    for part in ("state", "actions", "outline"):
        address = f"/workflows/{fork}/{part}"
        assert f'data-live-fragment="{address}' in page
        assert without_tokens(editor.text(address)) in without_tokens(page)
    assert without_tokens(editor.text("/workflows/rows")) in without_tokens(editor.text("/workflows"))


def without_tokens(text: str) -> str:
    return re.sub(r'name="csrf_token" value="[^"]*"', "", text).strip()


def test_markup_in_what_people_wrote_stays_text(office: Flask, editor: Visitor) -> None:
    evil = "<script>alert(1)</script>"
    nodes = [made.when(evil, title=evil), made.send(evil), made.redirect("ai"), made.note(evil)]
    asks = made.condition(made.field("event.data." + evil, "contains", evil))
    workflow_id = imported(office, made.row(*nodes, asks, name=evil, description=evil))
    pages = [f"/workflows/{workflow_id}{rest}" for rest in ("", "/limits", "/history")]
    pages += [f"/workflows/{workflow_id}/nodes/{node['id']}" for node in draft_of(office, workflow_id)["nodes"]]
    assert [page for page in ["/workflows", *pages] if evil in editor.text(page)] == []


@pytest.mark.parametrize("count", [5, 100])
def test_y6_the_queries_of_a_page_do_not_grow_with_its_nodes(office: Flask, editor: Visitor, count: int) -> None:
    workflow_id = imported(office, made.row(made.when(), *(made.send("Hi", f"S{n}") for n in range(count - 1))))
    with counting() as counted:
        assert editor.get(f"/workflows/{workflow_id}").status_code == 200
    assert len(counted.statements) == 5, counted.statements


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


# -- in and out ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("way", ["file", "text"])
def test_the_samples_come_in_through_the_page_and_go_out_the_same(
    office: Flask, editor: Visitor, name: str, way: str
) -> None:
    raw = json.dumps(made.sample(name), ensure_ascii=False).encode()
    sent: Any = {"file": (BytesIO(raw), "workflow.json")} if way == "file" else {"document": raw.decode()}
    answer = editor.post("/workflows/import", sent)
    assert answer.status_code == 303
    out = editor.get(f"/workflows/{id_in(answer.location)}/export")
    assert "attachment" in out.headers["Content-Disposition"]
    expected = documents.read(raw)
    bare = expected.bare() | {"workflow": expected.workflow | {"name": expected.name}}
    assert documents.canonical(json.loads(out.data)) == documents.canonical(bare)
    assert editor.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Choose a file"),
        ("{", "is not JSON"),
        ('{"nodes": [{}]}', "nodes[0].id"),
        ('{"nodes": [], "workflow": {"name": "x\\u0000"}}', "workflow.name"),
        ('{"nodes": [], "workflow": {"name": "' + "x" * 201 + '"}}', "workflow.name"),
        ("[" * 3_000, "nested deeper"),
        ("\0", "NUL"),
    ],
)
def test_p29_what_cannot_be_imported_says_where_and_stays(editor: Visitor, text: str, told: str) -> None:
    answer = editor.post("/workflows/import", {"document": text})
    assert answer.status_code == 422
    assert 'id="document-error"' in answer.text
    assert told in answer.text
    assert "\0" in text or form_on(answer.text, "/import").values["document"] == text


def test_p29_a_refused_file_is_shown_to_be_mended(editor: Visitor) -> None:
    bad = '{"nodes": [{"id": "a"}]}'
    answer = editor.post("/workflows/import", {"file": (BytesIO(bad.encode()), "x.json")})
    assert answer.status_code == 422
    assert form_on(answer.text, "/import").values["document"] == bad


@pytest.mark.parametrize(("size", "status"), [(2_200_000, 422), (3_300_000, 413)])
def test_p29_a_file_that_is_too_large_is_refused(editor: Visitor, size: int, status: int) -> None:
    # Written out: the test client leaves the temporary files of large uploads open.
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.json"\r\n\r\n'
    headers = {"X-CSRFToken": form_on(editor.text("/workflows/import"), "/import").values["csrf_token"]}
    body = head + b" " * size + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    answer = editor.client.post("/workflows/import", data=body, content_type=kind, headers=headers)
    assert answer.status_code == status
    assert ("larger than 2 MiB" in answer.text) == (status == 422)


def test_p26_the_same_content_again_is_reported_and_a_name_replaces_its_own(office: Flask, editor: Visitor) -> None:
    text = json.dumps(made.redirect_workflow("sales", made.unique()))
    assert editor.post("/workflows/import", {"document": text}).status_code == 303
    answer = editor.post("/workflows/import", {"document": text, "name": "Second"})
    assert workflow_at(office, id_in(answer.location)).name == "Second"
    assert "was imported before" in editor.text(answer.location)


# -- the workflow as a whole -----------------------------------------------------------------------------------------


def test_it_says_how_the_draft_stands_to_what_is_live(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}"
    assert "never published" in editor.text(page)
    assert send(editor, page, "/activate").status_code == 303
    assert "version 1" in editor.text(page)
    changed_by_somebody_else(office, fork, id_of(office, fork, "People"), redirect_destination="sales")
    assert "Draft differs from live version 1" in editor.text(page)
    assert send(editor, f"{page}/publish", "/activate").status_code == 303
    assert "version 2" in editor.text(page)
    history = editor.text(f"{page}/history")
    assert history.index(">Version 2<") < history.index(">Version 1<")


def test_p22_what_one_has_not_seen_is_not_published(office: Flask, editor: Visitor, fork: int) -> None:
    form = form_on(editor.text(f"/workflows/{fork}"), "/activate")
    changed_by_somebody_else(office, fork, id_of(office, fork, "People"), redirect_destination="sales")
    answer = editor.client.post(form.action, data=form.sent())
    assert answer.status_code == 409
    assert "Somebody else has changed this workflow" in answer.text
    assert workflow_at(office, fork).status == "DRAFT"


def test_it_is_paused_archived_and_activated_again(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}"
    assert editor.post(f"{page}/pause", form_at=page).status_code == 409
    for verb, status in (("activate", "ACTIVE"), ("pause", "PAUSED"), ("archive", "ARCHIVED"), ("activate", "ACTIVE")):
        assert send(editor, page, f"/{verb}").status_code == 303
        assert workflow_at(office, fork).status == status


def test_p25_every_change_has_its_author(office: Flask, editor: Visitor, fork: int) -> None:
    node_id = id_of(office, fork, "People")
    page = f"/workflows/{fork}/nodes/{node_id}"
    assert send(editor, page, page, redirect_destination="billing").status_code == 303
    with office.app_context():
        rows = db.session.scalars(select(AuditEntry).filter_by(subject_kind="workflow", subject_id=str(fork)))
        last = list(rows)[-1]
    assert editor.operator
    assert (last.action, last.actor_kind, last.actor_id) == ("node changed", "operator", str(editor.operator.id))


LIMITS = {"name": "Other", "description": "Why", "max_executions": "۳", "delay_between_executions": "60"}
LIMITS |= {"start_date": "2026-11-22T09:30", "end_date": ""}


def test_name_and_limits_are_saved(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/limits"
    assert send(editor, page, page, **LIMITS).status_code == 303
    saved = workflow_at(office, fork)
    assert (saved.name, saved.max_executions, saved.delay_between_executions) == ("Other", 3, 60)
    assert (saved.start_date, saved.end_date) == ("2026-11-22T09:30:00", None)
    assert form_on(editor.text(page), page).values["start_date"] == "2026-11-22T09:30"


def test_dates_are_typed_and_shown_in_the_jalali_calendar_in_persian(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/limits"
    editor.post("/language", {"language": "fa"}, form_at="/workflows")
    typed = {"start_date": "۱۴۰۵/۹/۱ ۹:۳۰", "end_date": "1405-12-29 00:00"}
    assert send(editor, page, page, **typed).status_code == 303
    saved = workflow_at(office, fork)
    assert (saved.start_date, saved.end_date) == ("2026-11-22T09:30:00", "2027-03-20T00:00:00")
    assert form_on(editor.text(page), page).values["start_date"] == "۱۴۰۵/۰۹/۰۱ ۰۹:۳۰"


def test_p22_limits_that_somebody_else_has_changed_keep_both_texts(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/limits"
    form = form_on(editor.text(page), page)
    with office.app_context():
        drafts.describe(fork, "Theirs", {}, AUTHOR)
    answer = editor.client.post(page, data=form.sent(name="Mine"))
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    again = form_on(answer.text, page)
    assert again.values["name"] == "Mine"
    assert editor.client.post(page, data=again.sent()).status_code == 303
    assert workflow_at(office, fork).name == "Mine"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("name", "a\0"),
        ("max_executions", "many"),
        ("delay_between_executions", "-1"),
        ("start_date", "soon"),
        ("end_date", "0001-01-01T00:00"),
    ],
)
def test_p29_wrong_limits_are_told_at_their_field(editor: Visitor, fork: int, field: str, text: str) -> None:
    page = f"/workflows/{fork}/limits"
    answer = send(editor, page, page, **{field: text})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text


# -- the list --------------------------------------------------------------------------------------------------------


def names_in_order(office: Flask) -> list[str]:
    with office.app_context():
        return list(db.session.scalars(select(Workflow.name).order_by(Workflow.order, Workflow.id)))


def test_operators_set_the_order_and_a_repeat_moves_nothing(office: Flask, editor: Visitor) -> None:
    with office.app_context():
        first, second = (workflows.create(name, AUTHOR) for name in ("First", "Second"))
    sent = {"direction": "up", "order": str(second.order)}
    for _ in range(2):
        assert editor.post(f"/workflows/{second.id}/move", sent, "/workflows").status_code == 303
        assert names_in_order(office)[-2:] == ["Second", "First"]
    sent = {"direction": "down", "order": str(first.order)}
    assert editor.post(f"/workflows/{second.id}/move", sent, "/workflows").status_code == 303
    assert names_in_order(office)[-2:] == ["First", "Second"]


@pytest.mark.parametrize("database", ["office", "pg_app"])
def test_workflows_that_share_a_place_can_be_moved_too(request: pytest.FixtureRequest, database: str) -> None:
    app: Flask = request.getfixturevalue(database)
    with app.app_context():
        made_at_once = [workflows.create(name, AUTHOR).id for name in ("P", "Q", "R")]
        with transaction():
            for workflow_id in made_at_once:
                workflows.found(workflow_id).order = 10_000
        workflows.move(made_at_once[1], True, AUTHOR)
        workflows.move(made_at_once[2], False, AUTHOR)
    assert names_in_order(app)[-3:] == ["Q", "P", "R"]


def test_operators_who_move_at_once_leave_every_workflow_its_own_place(pg_app: Flask) -> None:
    with pg_app.app_context():
        ids = [workflows.create(f"W{number}", AUTHOR).id for number in range(5)]
        workflows.move(ids[0], False, AUTHOR)  # the first change ever makes the row that all later ones lock

    def move_about(seed: int) -> None:
        with pg_app.app_context():
            for step in range(10):
                workflows.move(ids[(seed + step) % 5], bool((seed + step) % 2), AUTHOR)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move_about, range(4)))
    with pg_app.app_context():
        orders = db.session.scalars(select(Workflow.order)).all()
    assert sorted(orders) == [1, 2, 3, 4, 5]


def test_the_queries_of_the_list_do_not_grow_and_it_goes_on_by_pages(office: Flask, editor: Visitor) -> None:
    with office.app_context():
        for number in range(51):
            workflows.create(f"W{number}", AUTHOR)
    with counting() as counted:
        page = editor.text("/workflows")
    assert len(counted.statements) == 2, counted.statements
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert "W50" in editor.text(f"/workflows{following[1]}")


@pytest.mark.parametrize("address", ["/workflows?after=x", "/workflows?after=1.%00"])
def test_p29_a_broken_cursor_is_told(editor: Visitor, address: str) -> None:
    assert editor.get(address).status_code == 422


# -- who may ---------------------------------------------------------------------------------------------------------

AT_NODE = "/workflows/{id}/nodes/{node}"
WRITES = [
    "/workflows/new",
    "/workflows/import",
    "/workflows/{id}/move",
    "/workflows/{id}/activate",
    "/workflows/{id}/pause",
    "/workflows/{id}/archive",
    "/workflows/{id}/limits",
    "/workflows/{id}/nodes/new?node_type=action&kind=add_tag",
    AT_NODE,
    f"{AT_NODE}/switch",
    f"{AT_NODE}/delete",
    f"{AT_NODE}/connect",
    f"{AT_NODE}/branch",
    "/workflows/{id}/connections/{line}/remove",
]
HAVE_A_PAGE = ("/new", "/import", "/limits", "{node}", "/delete", "add_tag")


@pytest.fixture
def at(office: Flask, fork: int) -> Callable[[str], str]:
    """An address of WRITES for a workflow that is there."""
    draft = draft_of(office, fork)
    ids = {"id": fork, "node": draft["nodes"][2]["id"], "line": draft["connections"][0]["id"]}
    return lambda address: address.format(**ids)


@pytest.mark.parametrize("address", WRITES)
def test_writes_refuse_strangers_viewers_and_forged_forms(
    office: Flask, editor: Visitor, reader: Visitor, at: Callable[[str], str], fork: int, address: str
) -> None:
    before = draft_of(office, fork) | {"export_metadata": None}
    stranger = Visitor(office)
    stranger_answer = stranger.post(at(address), form_at="/sign-in")
    assert (stranger_answer.status_code, "/sign-in" in stranger_answer.location) == (302, True)
    refused = reader.post(at(address), {"revision": "1"}, "/workflows")
    assert refused.status_code == 403
    assert "Operator" in refused.text
    assert editor.client.post(at(address), data={"revision": "1"}).status_code == 400
    assert draft_of(office, fork) | {"export_metadata": None} == before


@pytest.mark.parametrize("address", [address for address in WRITES if not address.endswith(HAVE_A_PAGE)])
def test_writes_refuse_get(editor: Visitor, at: Callable[[str], str], address: str) -> None:
    assert editor.get(at(address)).status_code == 405


REPEATED = [
    ("switch", {"is_active": "off"}),
    ("delete", {}),
    ("connect", {"connection_type": "success", "target_node_id": "Robot"}),
    ("branch", {"connection_type": "success", "target_node_id": "Robot"}),
    ("", {"title": "Renamed", "redirect_destination": "sales"}),
]


@pytest.mark.parametrize(("verb", "sent"), REPEATED)
def test_a_repeat_is_harmless(office: Flask, editor: Visitor, fork: int, verb: str, sent: dict[str, str]) -> None:
    address = f"/workflows/{fork}/nodes/{id_of(office, fork, 'People')}/{verb}".rstrip("/")
    target = {"target_node_id": id_of(office, fork, "Robot")} if "target_node_id" in sent else {}
    for _ in range(2):
        answer = editor.post(address, sent | target | {"revision": "1"}, f"/workflows/{fork}")
        assert answer.status_code == 303
    assert workflow_at(office, fork).revision == 2


@pytest.mark.parametrize("rest", ["", "/limits", "/history", "/export", "/outline", "/nodes/x", "/nodes/x/delete"])
@pytest.mark.parametrize("workflow_id", [987_654, 2**63, 10**30])
def test_what_is_not_there_is_not_found(editor: Visitor, workflow_id: int, rest: str) -> None:
    assert editor.get(f"/workflows/{workflow_id}{rest}").status_code == 404


def test_a_viewer_sees_everything_and_is_offered_nothing(office: Flask, reader: Visitor, fork: int) -> None:
    text = reader.text(f"/workflows/{fork}")
    assert "AI off" in text
    for words in ("Add a node here", "Change<", "Activate", "Edit", "Delete"):
        assert words not in text
    assert "New workflow" not in reader.text("/workflows")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "JSON نیست: خط ۱، ستون ۲: نام ویژگی میان دو &#34; انتظار می‌رفت"),
        ('{"nodes": [{}]}', "\u2066nodes[0].id\u2069: نیامده است"),
        (
            '{"nodes": [{"id": "a", "node_type": "tree"}]}',
            "\u2066nodes[0].node_type\u2069: &#39;tree&#39; از این‌ها نیست",
        ),
        ('{"nodes": 7}', "\u2066nodes\u2069: باید یک فهرست باشد، نه &#39;7&#39;"),
    ],
)
def test_p29_a_refusal_is_in_the_readers_language(editor: Visitor, text: str, told: str) -> None:
    editor.post("/language", {"language": "fa"}, form_at="/workflows")
    assert told in editor.post("/workflows/import", {"document": text}).text
    assert "چنین گردش‌کاری وجود ندارد" in editor.text("/workflows/987654")
