"""The forms of nodes: each kind can be filled in, nothing that an import brought is lost, wrong input is told."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fikoadmin.engine import kinds
from fikoadmin.web.workflows import sentences
from fikoadmin.web.workflows.node_kinds import KINDS, choosable
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import changed_by_somebody_else, draft_of, node_titled, one_node, workflow_at
from tests.web.forms import form_on, send

Save = Callable[..., dict[str, Any]]


@pytest.fixture
def save(office: Flask, editor: Visitor) -> Save:
    """Makes a node with `fields`, opens its form, types `typed`, saves, and returns the node as it then is."""

    def saved(node_type: str, fields: dict[str, Any], **typed: str | list[str]) -> dict[str, Any]:
        workflow_id, node_id = one_node(office, node_type, **fields)
        page = f"/workflows/{workflow_id}/nodes/{node_id}"
        answer = send(editor, page, page, **typed)
        assert answer.status_code == 303, answer.text
        return node_titled(office, workflow_id, str(typed.get("title", "Node")))

    return saved


# -- what can be filled in -------------------------------------------------------------------------------------------


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


# -- conditions ------------------------------------------------------------------------------------------------------

GROUP = {"combination_operator": "and", "conditions": [{"type": "message", "operator": "contains", "value": "x"}]}
IMPORTED: list[dict[str, Any]] = [
    {"type": "message", "operator": "contains", "value": "help", "id": "kept"},
    {"type": "custom", "field": "event.data.count", "operator": "greater", "value": 5},
    {"field": "user.tags", "operator": "in", "value": ["a", "b"]},
    {"type": "ai", "prompt": "Angry?\nSay true.", "value": ""},
    GROUP,
    {"type": "zodiac", "operator": "rises"},
]


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


# -- what is wrong ---------------------------------------------------------------------------------------------------


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


# -- what it will do -------------------------------------------------------------------------------------------------


def told(page: str) -> str:
    """What the page says that the node will do."""
    inside = page.split('id="effects"', 1)[1].split("</section>")[0]
    return " ".join(re.sub(r"<[^>]+>", "", inside).split())


@pytest.mark.parametrize(
    ("node_type", "fields", "words"),
    [
        ("waiting", {"storage_type": "email"}, ("An e-mail address", "{{answers.Node}}", "kept with the customer")),
        ("waiting", {"allowed_errors": 0}, ("wrong answer number 1", "within 30 minutes", "Timeout")),
        (
            "waiting",
            {"exit_keywords": ["stop"], "response_time_limit_enabled": False},
            ("After stop", "without a limit"),
        ),
        (
            "action",
            {"action_type": "delay", "delay_amount": 2, "delay_unit": "hours"},
            ("after 2 hours", "looks again"),
        ),
        ("action", {"action_type": "webhook", "webhook_url": "https://x.test/"}, ("as JSON", "2xx", "the same key")),
        ("action", {"action_type": "webhook", "webhook_method": "GET"}, ("No content is sent along",)),
        (
            "action",
            {"action_type": "send_email", "configuration": {"subject": "Hi"}},
            ("the customer", "FIKO_SMTP_URL"),
        ),
        ("when", {"when_type": "scheduled"}, ("it would never start",)),
        ("when", {"when_type": "scheduled", "tags": ["VIP"]}, ("open conversation and: VIP",)),
    ],
)
def test_a_form_says_what_its_node_will_do(
    office: Flask, editor: Visitor, node_type: str, fields: dict[str, Any], words: tuple[str, ...]
) -> None:
    workflow_id, node_id = one_node(office, node_type, **fields)
    text = told(editor.text(f"/workflows/{workflow_id}/nodes/{node_id}"))
    assert [each for each in words if each not in text] == []


def test_what_it_will_do_follows_what_is_typed_before_it_is_saved(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "when", when_type="scheduled")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    typed = {"schedule_frequency": "yearly", "schedule_start_date": "2999-05-01", "schedule_time": "09:30"}
    assert "Next: 1 May 2999, 09:30" in told(send(editor, page, page, step="choose", **typed).text)
    assert node_titled(office, workflow_id, "Node")["schedule_time"] is None


@pytest.mark.parametrize("names", [("to", "subject", "body"), ("recipient", "email_subject", "content")])
def test_an_e_mail_goes_back_to_where_another_system_had_it(save: Save, names: tuple[str, str, str]) -> None:
    to, subject, text = names
    found = {"action_type": "send_email", "configuration": {to: "a@b.test", "z": 1}, subject: "Old", text: "Old text"}
    node = save("action", found, to="c@d.test, {{user.email}}", subject="New", text="New\r\ntext")
    assert node["configuration"] == {to: "c@d.test, {{user.email}}", "z": 1}
    assert (node[subject], node[text]) == ("New", "New\ntext")


def test_a_new_e_mail_is_written_where_the_engine_reads_it(save: Save) -> None:
    node = save("action", {"action_type": "send_email"}, to="a@b.test", subject="S", text="T")
    assert [kinds.email_part(node, part) for part in ("to", "subject", "text")] == ["a@b.test", "S", "T"]


def test_p22_a_conflict_says_what_differs_and_who_did_what_since(office: Flask, editor: Visitor) -> None:
    workflow_id, node_id = one_node(office, "action", message_content="first")
    page = f"/workflows/{workflow_id}/nodes/{node_id}"
    form = form_on(editor.text(page), page)
    changed_by_somebody_else(office, workflow_id, node_id, message_content="theirs")
    text = editor.client.post(page, data=form.sent(message_content="mine")).text
    for words in ("Yours differs in: Message", "Since you opened it", "node changed: Node", "test"):
        assert words in text
