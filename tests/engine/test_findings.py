import json
from pathlib import Path
from typing import Any

import pytest

from fikoadmin.engine.findings import findings
from fikoadmin.engine.kinds import ACTION_TYPES, WHEN_TYPES
from fikoadmin.engine.messages import MESSAGES
from tests.engine.build import line, node

SAMPLES = Path(__file__).parents[1] / "fixtures" / "samples"
AI_GUARD = {"conditions": [{"type": "ai", "prompt": "angry?"}]}


def codes(nodes: list[dict[str, Any]], connections: list[dict[str, Any]]) -> list[tuple[str | None, str]]:
    found = findings({"nodes": nodes, "connections": connections})
    assert all(finding.message and "%(" not in finding.message for finding in found)
    return [(finding.node_id, finding.code) for finding in found]


def alone(fields: dict[str, Any]) -> list[str]:
    """The codes for one node behind a When."""
    found = codes([node("w", "when"), node("x", **fields)], [line("w", "x")])
    assert {node_id for node_id, _ in found} <= {"x"}
    return [code for _, code in found]


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_the_sample_documents_have_no_findings(path: Path) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))["workflow_data"]
    assert findings(document) == []


ACTIONS = [
    ({"action_type": "send_message", "message_content": " "}, ["missing_text"]),
    ({"action_type": "send_message", "message_content": "hi"}, []),
    ({"action_type": "redirect_conversation"}, ["missing_destination"]),
    ({"action_type": "redirect_conversation", "redirect_destination": "marketing"}, ["unknown_destination"]),
    ({"action_type": "redirect_conversation", "redirect_destination": "sales"}, []),
    ({"action_type": "transfer_to_human"}, []),
    ({"action_type": "add_tag"}, ["missing_tag"]),
    ({"action_type": "remove_tag", "tag_name": "vip"}, []),
    ({"action_type": "delay"}, ["missing_amount"]),
    ({"action_type": "delay", "delay_amount": 367, "delay_unit": "days"}, ["too_long"]),
    ({"action_type": "delay", "delay_amount": 366, "delay_unit": "days"}, []),
    ({"action_type": "webhook"}, ["missing_address"]),
    ({"action_type": "webhook", "webhook_url": "ftp://x"}, ["bad_address"]),
    ({"action_type": "webhook", "webhook_url": "https://example.org/"}, []),
    ({"action_type": "send_email"}, ["missing_text"]),
    ({"action_type": "send_email", "configuration": {"body": "Hello"}}, []),
    ({"action_type": "control_ai_response"}, ["missing_control"]),
    ({"action_type": "control_ai_response", "ai_control_action": "custom_prompt"}, ["missing_prompt"]),
    ({"action_type": "control_ai_response", "ai_control_action": "disable"}, []),
    ({"action_type": "update_ai_context"}, ["missing_context"]),
    ({"action_type": "set_conversation_status"}, ["missing_status"]),
    ({"action_type": "set_conversation_status", "configuration": {"status": "open"}}, ["unknown_status"]),
    ({"action_type": "set_conversation_status", "configuration": {"status": "closed"}}, []),
    ({"action_type": "add_note"}, ["missing_text"]),
    ({"action_type": "add_note", "configuration": {"note": "look"}}, []),
    ({"action_type": "custom_code"}, ["not_run"]),
    ({"action_type": "custom_code", "is_active": False}, ["not_run"]),
    ({"action_type": "add_tag", "is_active": False}, []),
    ({"action_type": "delay", "is_active": False}, []),
    ({"action_type": "dance"}, ["unknown_action"]),
    ({"node_type": "waiting"}, ["missing_question"]),
    ({"node_type": "waiting", "customer_message": "?", "storage_type": "choice"}, ["missing_options"]),
    ({"node_type": "waiting", "customer_message": "?", "response_timeout_amount": 0}, ["missing_amount"]),
    ({"node_type": "dream"}, ["unknown_node_type"]),
    ({"node_type": "condition"}, []),
    ({"node_type": "condition", "conditions": [{"type": "ai", "prompt": ""}]}, ["missing_prompt"]),
]


@pytest.mark.parametrize(("fields", "expected"), ACTIONS, ids=str)
def test_what_a_node_lacks_is_found(fields: dict[str, Any], expected: list[str]) -> None:
    assert alone(fields) == expected


def test_when_nodes() -> None:
    scheduled = node("w", "when", when_type="scheduled")
    assert codes([scheduled], []) == [("w", "missing_frequency"), ("w", "missing_time")]
    once = scheduled | {"schedule_frequency": "once", "schedule_time": "09:00"}
    assert codes([once], []) == [("w", "missing_day")]
    assert codes([once | {"schedule_start_date": "2026-11-22"}], []) == []
    assert codes([once | {"schedule_frequency": "daily"}], []) == []
    assert codes([node("w", "when", when_type="add_tag")], []) == [("w", "missing_tag")]
    assert codes([node("w", "when", when_type="moon")], []) == [("w", "unknown_when")]
    assert codes([node("w", "when", is_active=False)], []) == [(None, "no_when")]


def test_a_node_that_nothing_leads_to_is_found_unless_it_is_off() -> None:
    nodes = [node("w", "when"), node("x", action_type="transfer_to_human")]
    assert codes(nodes, []) == [("x", "unreachable")]
    assert codes([nodes[0], nodes[1] | {"is_active": False}], []) == []
    assert codes([nodes[0], node("off", "when", is_active=False), nodes[1]], [line("off", "x")]) == []


def test_p20_a_loop_without_a_wait_is_found_once() -> None:
    nodes = [node(i, action_type="transfer_to_human") for i in "abc"]
    around = [line("w", "b"), line("a", "b"), line("b", "c"), line("c", "a", "failure")]
    assert codes([node("w", "when"), *nodes], around) == [("a", "cycle_without_wait")]


def test_p20_a_wait_makes_a_loop_right_while_it_is_switched_on() -> None:
    nodes = [
        node("w", "when"),
        node("ask", "waiting", customer_message="?"),
        node("x", action_type="transfer_to_human"),
    ]
    around = [line("w", "ask"), line("ask", "x", "failure"), line("ask", "x"), line("x", "ask")]
    assert codes(nodes, around) == []
    nodes[1]["is_active"] = False
    assert codes(nodes, around) == [("ask", "cycle_without_wait")]


def test_p20_a_node_that_leads_to_itself_is_a_loop() -> None:
    nodes = [node("w", "when"), node("x", action_type="transfer_to_human")]
    assert codes(nodes, [line("w", "x"), line("x", "x", "failure")]) == [("x", "cycle_without_wait")]


def test_connections_of_a_type_that_the_node_does_not_have() -> None:
    nodes = [node("w", "when"), node("x", action_type="transfer_to_human")]
    assert codes(nodes, [line("w", "x"), line("w", "x", "failure")]) == [("w", "wrong_connection")]


def test_guards_are_looked_at() -> None:
    nodes = [node("w", "when"), node("x", action_type="transfer_to_human")]
    bad = {"field": "user.nmae", "operator": "is_null"}
    assert codes(nodes, [line("w", "x", condition=bad)]) == [("w", "unknown_field")]
    assert codes(nodes, [line("w", "x", condition=AI_GUARD)]) == [("w", "prompt_in_guard")]


def test_every_kind_is_one_that_findings_know() -> None:
    for kind in ACTION_TYPES:
        assert "unknown_action" not in alone({"action_type": kind})
    for kind in WHEN_TYPES:
        assert (None, "unknown_when") not in codes([node("w", "when", when_type=kind)], [])


def test_a_long_chain_is_no_trouble() -> None:
    nodes = [node("w", "when"), *(node(str(i), action_type="transfer_to_human") for i in range(1000))]
    chain = [line("w", "0"), *(line(str(i), str(i + 1)) for i in range(999))]
    assert codes(nodes, chain) == []
    assert codes(nodes, [*chain, line("999", "0")]) == [("0", "cycle_without_wait")]


def test_messages_are_plain_words() -> None:
    assert all(text[0].isupper() or text[0] in "'%" for text in MESSAGES.values())
