"""The page of a workflow: what each node does, what is to be done, and what stays live."""

import re

import pytest
from flask import Flask

from bench.counting import counting
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import draft_of, imported, one_node, workflow_at
from tests.web.forms import send


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
