"""What is wrong is told at its field and kept, and no form brings the page down."""

from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fikoadmin.engine import kinds
from fikoadmin.web.workflows.node_kinds import KINDS
from tests.web.browsing import Visitor
from tests.web.drafting import draft_of, one_node, workflow_at
from tests.web.forms import form_on, send
from tests.web.node_forms.conditions import IMPORTED


@pytest.mark.parametrize(
    ("node_type", "fields", "field", "text"),
    [
        ("when", {}, "title", "x" * 201),
        ("when", {}, "title", "a\0b"),
        ("when", {}, "tags", "x" * 101),
        ("when", {}, "keywords", "a\0b"),
        ("when", {}, "channels", "pigeon"),
        ("when", {}, "when_type", "eclipse"),
        ("when", {"when_type": "scheduled"}, "schedule_start_date", "tomorrow"),
        ("when", {"when_type": "scheduled"}, "schedule_time", "25:00"),
        ("when", {"when_type": "scheduled"}, "schedule_frequency", "hourly"),
        ("action", {"action_type": "delay"}, "delay_amount", "-1"),
        ("action", {"action_type": "delay"}, "delay_amount", "99999999999"),
        ("action", {"action_type": "delay"}, "delay_unit", "moons"),
        ("action", {"action_type": "add_tag"}, "tag_name", "x" * 101),
        ("action", {"action_type": "redirect_conversation"}, "redirect_destination", "mars"),
        ("action", {"action_type": "update_ai_context"}, "ai_context_data", "no sign"),
        ("action", {"action_type": "update_ai_context"}, "ai_context_data", '{"a": NaN}'),
        ("action", {"action_type": "webhook"}, "webhook_payload", '{"a": 1, "a": 2}'),
        ("action", {"action_type": "webhook"}, "webhook_payload", "[1]"),
        ("action", {"action_type": "webhook"}, "webhook_payload", '{"a":' * 100 + "1" + "}" * 100),
        ("action", {}, "message_content", "x" * 20_001),
        ("condition", {"conditions": IMPORTED}, "conditions-0-value", "a\0b"),
        ("condition", {"conditions": IMPORTED}, "conditions-0-operator", "rhymes"),
        ("condition", {"conditions": IMPORTED}, "conditions-0-kind", "planet"),
        ("condition", {"conditions": IMPORTED}, "conditions-1-field", "user.shoe_size"),
        ("condition", {"conditions": IMPORTED}, "conditions-4-json", '{"conditions": 5}'),
        ("condition", {"conditions": IMPORTED}, "conditions-4-json", "nonsense"),
    ],
)
def test_p29_wrong_input_is_told_at_its_field_and_kept(
    office: Flask, editor: Visitor, node_type: str, fields: dict[str, Any], field: str, text: str
) -> None:
    workflow_id, node_id = one_node(office, node_type, **fields)
    before, page = draft_of(office, workflow_id), f"/workflows/{workflow_id}/nodes/{node_id}"
    answer = send(editor, page, page, **{field: text})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    shown = form_on(answer.text, page).values.get(field)
    assert shown == text or node_type == "when" or "\0" in text or field not in KEPT_AS_TYPED
    assert draft_of(office, workflow_id)["nodes"] == before["nodes"]


# A select cannot show what is not among its options, and nobody can choose that in a browser.
KEPT_AS_TYPED = ("tag_name", "delay_amount", "ai_context_data", "webhook_payload", "message_content")

WILD = st.text(max_size=30) | st.sampled_from(["", "0", "-1", "{", "[]", "null", '{"a": 1}', "\0", "9" * 40, "\u202e"])
NAMES = [
    "title",
    "is_active",
    "keywords",
    "tags",
    "channels",
    "when_type",
    "action_type",
    "schedule_frequency",
    "schedule_start_date",
    "schedule_time",
    "combination_operator",
    "message_content",
    "key_values",
    "redirect_destination",
    "tag_name",
    "delay_amount",
    "delay_unit",
    "status",
    "note",
    "ai_control_action",
    "ai_custom_prompt",
    "ai_context_data",
    "webhook_url",
    "webhook_method",
    "webhook_headers",
    "webhook_payload",
    "storage_type",
    "allowed_errors",
    "response_timeout_amount",
    "conditions-count",
    "conditions-0-kind",
    "conditions-0-field",
    "conditions-0-other",
    "conditions-0-operator",
    "conditions-0-value",
    "conditions-0-prompt",
    "conditions-0-json",
    "conditions-0-base",
    "step",
    "revision",
    "node_type",
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_p29_no_form_brings_the_page_down(office: Flask, editor: Visitor, data: st.DataObject) -> None:
    known = st.sampled_from([*kinds.ACTION_TYPES, *kinds.WHEN_TYPES, "message", "field", "ai", "group", "choose"])
    sent = data.draw(st.dictionaries(st.sampled_from(NAMES), WILD | known, max_size=8))
    node_type, kind = data.draw(st.sampled_from(sorted(KINDS)))
    workflow_id, node_id = one_node(office, node_type, **({f"{node_type}_type": kind} if node_type != kind else {}))
    sent = {"revision": str(workflow_at(office, workflow_id).revision), "conditions-count": "1"} | sent
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    assert editor.post(page, sent).status_code < 500
    new = f"/workflows/{workflow_id}/nodes/new?node_type={node_type}&kind={kind}"
    assert editor.post(new, sent).status_code < 500
    assert editor.get(f"/workflows/{workflow_id}").status_code == 200
