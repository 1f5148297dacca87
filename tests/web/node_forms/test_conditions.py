"""Conditions are built without JavaScript, told in words, and kept as they came."""

import json
from typing import Any

import pytest
from flask import Flask

from fikoadmin.web.workflows import sentences
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import node_titled, one_node
from tests.web.forms import form_on, send
from tests.web.node_forms.conditions import GROUP, IMPORTED
from tests.web.node_forms.conftest import Save


def test_a_condition_is_built_without_javascript(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "condition")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    answer = send(editor, page, page, title="Asks?", step="add-condition")
    form = form_on(answer.text, page)
    assert form.values["title"] == "Asks?"
    answer = editor.client.post(page, data=form.sent(**{"conditions-0-kind": "field", "step": "choose"}))
    form = form_on(answer.text, page)
    assert "user.tags" in form.options["conditions-0-field"]
    chosen = {"conditions-0-field": "user.tags", "conditions-0-operator": "contains", "conditions-0-value": "VIP"}
    assert editor.client.post(page, data=form.sent(**chosen)).status_code == 303
    expected = [{"type": "tag", "field": "user.tags", "operator": "contains", "value": "VIP"}]
    assert node_titled(office, workflow_id, "Asks?")["conditions"] == expected


@pytest.mark.parametrize(
    ("field", "operator", "value", "sentence"),
    [
        ("conversation.status", "in", ["active", "closed"], "Conversation: status is one of “Active, Closed”"),
        ("conversation.status", "in", "active, closed", "Conversation: status is one of “Active, Closed”"),
        ("conversation.ai_enabled", "equals", False, "Conversation: AI on is exactly “no”"),
        ("conversation.unanswered_minutes", "equals", 0, "Conversation: minutes without an answer is exactly “0”"),
        ("now.weekday", "equals", "friday", "Now: day of the week is exactly “Friday”"),
        ("answers.Your name", "is_empty", "", "the answer to “Your name” is empty"),
        ("user.tags", "contains", "active", "Customer: tags contains “active”"),
    ],
)
def test_a_condition_is_told_in_words(office: Flask, field: str, operator: str, value: Any, sentence: str) -> None:
    with office.test_request_context():
        said = sentences.guard({"field": field, "operator": operator, "value": value})
    assert said.striptags() == sentence


def test_a_field_of_few_values_offers_them_with_their_words(office: Flask, editor: Visitor) -> None:
    asked = [made.field("conversation.status", "equals", "closed"), made.field("user.email", "equals", "x")]
    workflow_id, node_id = one_node(office, "condition", conditions=asked)
    text = editor.text(f"/workflows/{workflow_id}/nodes/{node_id}")
    assert '<option value="support_active">Support active</option>' in text
    assert text.count("<datalist") == 1


def test_conditions_that_were_imported_are_kept_to_the_letter(save: Save) -> None:
    node = save("condition", {"conditions": IMPORTED}, title="Other")
    assert node["conditions"] == IMPORTED


def test_a_changed_part_changes_alone(save: Save) -> None:
    changes = {"conditions-0-value": "hilfe", "conditions-1-operator": "less", "conditions-3-prompt": "Sad?"}
    now = save("condition", {"conditions": IMPORTED}, **changes)["conditions"]
    assert now[0] == IMPORTED[0] | {"value": "hilfe"}
    assert now[1] == IMPORTED[1] | {"operator": "less"}
    assert now[3] == IMPORTED[3] | {"prompt": "Sad?"}
    assert now[4:] == IMPORTED[4:]


def test_a_group_is_edited_as_json(save: Save) -> None:
    changed = {**GROUP, "combination_operator": "or"}
    node = save("condition", {"conditions": [GROUP]}, **{"conditions-0-json": json.dumps(changed)})
    assert node["conditions"] == [changed]


def test_a_removed_condition_takes_nothing_typed_with_it(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "condition", conditions=IMPORTED[:3])
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    typed = {"conditions-2-value": "c", "step": "remove-condition-1"}
    form = form_on(send(editor, page, page, **typed).text, page)
    assert (form.values["conditions-count"], form.values["conditions-1-value"]) == ("2", "c")
    assert len(node_titled(office, workflow_id, "Node")["conditions"]) == 3


def test_more_conditions_than_a_page_holds_are_kept(save: Save) -> None:
    many = [IMPORTED[0]] * 101
    assert save("condition", {"conditions": many}, title="Other")["conditions"] == many
