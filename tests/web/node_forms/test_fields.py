"""What can be filled in, for each kind of node."""

from typing import Any

import pytest
from flask import Flask

from fikoadmin.engine import kinds
from fikoadmin.web.workflows.node_kinds import KINDS, choosable
from tests.web.browsing import Visitor
from tests.web.drafting import node_titled, one_node
from tests.web.forms import send
from tests.web.node_forms.conftest import Save


def test_every_kind_has_a_form_a_sentence_and_a_name(office: Flask, editor: Visitor) -> None:
    every = {(type_, kind) for type_, kind in KINDS if kind not in kinds.NOT_RUN}
    assert every == {(type_, kind) for type_ in kinds.NODE_TYPES for kind in choosable(type_)}
    for node_type, kind in KINDS:
        field = {f"{node_type}_type": kind} if node_type in ("when", "action") else {}
        workflow_id, node_id = one_node(office, node_type, **field)
        assert editor.get(f"/workflows/{workflow_id}/nodes/{node_id}").status_code == 200, kind
        assert editor.get(f"/workflows/{workflow_id}").status_code == 200, kind


def test_the_filters_of_a_when_node(save: Save) -> None:
    typed = {"keywords": "help\r\n  پشتیبانی \r\n\r\n", "tags": "VIP", "channels": ["", "web", "telegram"]}
    node = save("when", {}, **typed)
    assert node["keywords"] == ["help", "پشتیبانی"]
    assert node["tags"] == ["VIP"]
    assert node["channels"] == ["telegram", "web"]


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("redirect_conversation", {"redirect_destination": "sales"}, {"redirect_destination": "sales"}),
        ("send_message", {"message_content": "Hi\r\nyou", "key_values": "Yes\r\nNo"},
         {"message_content": "Hi\nyou", "key_values": ["Yes", "No"]}),
        ("add_tag", {"tag_name": "VIP"}, {"tag_name": "VIP"}),
        ("delay", {"delay_amount": "۱۲", "delay_unit": "hours"}, {"delay_amount": 12, "delay_unit": "hours"}),
        ("control_ai_response", {"ai_control_action": "custom_prompt", "ai_custom_prompt": "Be brief"},
         {"ai_control_action": "custom_prompt", "ai_custom_prompt": "Be brief"}),
        ("update_ai_context", {"ai_context_data": "plan = gold\r\ncity= Shiraz = old"},
         {"ai_context_data": {"plan": "gold", "city": "Shiraz = old"}}),
        ("update_ai_context", {"ai_context_data": '{"plan": {"level": 2}}'},
         {"ai_context_data": {"plan": {"level": 2}}}),
        ("webhook", {"webhook_url": "https://example.org/", "webhook_method": "PUT", "webhook_payload": '{"a": [1]}'},
         {"webhook_url": "https://example.org/", "webhook_method": "PUT", "webhook_payload": {"a": [1]}}),
        ("set_conversation_status", {"status": "closed"}, {"configuration": {"status": "closed"}}),
        ("add_note", {"note": "Called back"}, {"configuration": {"note": "Called back"}}),
    ],
)  # fmt: skip
def test_the_fields_of_an_action(save: Save, kind: str, typed: dict[str, str], stored: dict[str, Any]) -> None:
    node = save("action", {"action_type": kind}, **typed)
    assert {name: node[name] for name in stored} == stored


def test_a_schedule_and_a_question_can_be_drawn(save: Save) -> None:
    dates = {"schedule_frequency": "weekly", "schedule_start_date": "2026-11-22", "schedule_time": "18:30"}
    assert save("when", {"when_type": "scheduled"}, **dates).items() >= dates.items()
    node = save("waiting", {}, storage_type="choice", choice_options="A\r\nB", response_time_limit_enabled=[""])
    assert (node["storage_type"], node["choice_options"]) == ("choice", ["A", "B"])
    assert node["response_time_limit_enabled"] is False


def test_a_note_and_a_status_go_back_to_where_another_system_had_them(save: Save) -> None:
    node = save("action", {"action_type": "add_note", "message_content": "old"}, note="new")
    assert (node["message_content"], node["configuration"]) == ("new", {})
    status = {"action_type": "set_conversation_status", "configuration": {"new_status": "active", "more": 1}}
    node = save("action", status, status="closed")
    assert node["configuration"] == {"new_status": "closed", "more": 1}


@pytest.mark.parametrize(
    ("chosen", "title"), [("action&kind=add_note", "Add private note"), ("waiting&kind=waiting", "")]
)
def test_a_node_without_a_title_is_called_by_its_kind(office: Flask, editor: Visitor, chosen: str, title: str) -> None:
    workflow_id, _ = one_node(office, "when")
    page = f"/workflows/{workflow_id}/nodes/new?node_type={chosen}"
    assert send(editor, page, page, title="").status_code == 303
    assert node_titled(office, workflow_id, title)["title"] == title
