"""Nodes are copied as text and pasted, here and elsewhere."""

import html
import json

import pytest
from flask import Flask

from fikoadmin.errors import Invalid
from fikoadmin.services import drafts, pasting, workflows
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of, id_of, imported, line_to, plain, ways
from tests.web.forms import form_on, send


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
