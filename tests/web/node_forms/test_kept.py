"""Nothing is lost: neither what an import brought nor what was typed while somebody else was faster."""

from typing import Any

import pytest
from flask import Flask

from tests.web.browsing import Visitor
from tests.web.drafting import changed_by_somebody_else, draft_of, node_titled, one_node, workflow_at
from tests.web.forms import form_on, send
from tests.web.node_forms.conditions import GROUP
from tests.web.node_forms.conftest import Save

# -- nothing is lost -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node_type", "fields"),
    [
        ("when", {"keywords": ["two\nlines", " spaces "], "channels": ["all", "pigeon"], "hidden": True}),
        ("when", {"channels": None, "schedule_time": "09:00:30", "when_type": "scheduled"}),
        ("action", {"message_content": "a\r\nb ", "key_values": [{"key": "k", "value": "v"}, ["x"]], "zz": 1}),
        ("action", {"action_type": "update_ai_context", "ai_context_data": {"n": 1, "t": "x"}}),
        ("action", {"action_type": "redirect_conversation", "redirect_destination": "mars"}),
        ("action", {"action_type": "custom_code", "custom_code": "import os\n"}),
        ("action", {"action_type": "send_email", "configuration": {"to": "a@b.c"}}),
        ("condition", {"combination_operator": "or", "conditions": [GROUP], "hidden": True}),
    ],
)
def test_p22_a_save_without_changes_changes_nothing(
    office: Flask, editor: Visitor, node_type: str, fields: dict[str, Any]
) -> None:
    workflow_id, node_id = one_node(office, node_type, **fields)
    before, page = draft_of(office, workflow_id), f"/workflows/{workflow_id}/nodes/{node_id}"
    revision = workflow_at(office, workflow_id).revision
    assert send(editor, page, page).status_code == 303
    assert draft_of(office, workflow_id)["nodes"] == before["nodes"]
    assert workflow_at(office, workflow_id).revision == revision


def test_an_unknown_destination_is_marked_and_kept(office: Flask, editor: Visitor) -> None:
    mars = {"action_type": "redirect_conversation", "redirect_destination": "mars"}
    workflow_id, node_id = one_node(office, "action", **mars)
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    assert "mars (unknown)" in editor.text(page)
    assert send(editor, page, page, title="Other").status_code == 303
    assert node_titled(office, workflow_id, "Other")["redirect_destination"] == "mars"


def test_p29_what_was_typed_for_another_kind_comes_back(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "action")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    away = {"message_content": "Long text", "action_type": "add_tag", "step": "choose"}
    form = form_on(send(editor, page, page, **away).text, page)
    assert "tag_name" in form.values
    back = editor.client.post(page, data=form.sent(action_type="send_message", tag_name="T", step="choose"))
    form = form_on(back.text, page)
    assert form.values["message_content"] == "Long text"
    assert form.values.getlist("is_active") == ["", "y"]
    assert node_titled(office, workflow_id, "Node")["message_content"] == ""


def test_the_kind_changes_with_a_save(save: Save) -> None:
    node = save("action", {"message_content": "kept"}, action_type="add_tag", tag_name="VIP")
    assert (node["action_type"], node["message_content"]) == ("add_tag", "kept")


# -- somebody else was faster ----------------------------------------------------------------------------------------


def test_p22_a_stale_save_keeps_both_texts_and_can_be_insisted_on(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "action", message_content="first")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    form = form_on(editor.text(page), page)
    changed_by_somebody_else(office, workflow_id, node_id, message_content="theirs")
    answer = editor.client.post(page, data=form.sent(message_content="mine"))
    assert answer.status_code == 409
    again = form_on(answer.text, page)
    assert again.values["message_content"] == "mine"
    assert "theirs" in answer.text
    assert "Save mine anyway" in answer.text
    assert node_titled(office, workflow_id, "Node")["message_content"] == "theirs"
    assert editor.client.post(page, data=again.sent()).status_code == 303
    assert node_titled(office, workflow_id, "Node")["message_content"] == "mine"


def test_p22_what_was_typed_for_a_node_that_is_gone_can_be_added_anew(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "action", message_content="first")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    form = form_on(editor.text(page), page)
    assert send(editor, f"{page}/delete", f"{page}/delete").status_code == 303
    answer = editor.client.post(page, data=form.sent(message_content="mine"))
    assert answer.status_code == 409
    again = form_on(answer.text, "/nodes/new")
    assert editor.client.post(again.action, data=again.sent()).status_code == 303
    assert node_titled(office, workflow_id, "Node")["message_content"] == "mine"


def test_a_viewer_reads_the_form_and_cannot_send_it(office: Flask, reader: Visitor) -> None:
    workflow_id, node_id = one_node(office, "action", message_content="all of it")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    form = form_on(reader.text(page), page)
    assert form.is_disabled
    assert form.values["message_content"] == "all of it"
    assert form.buttons == []
