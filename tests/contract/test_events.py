"""POST /events: what is accepted, what a repeat is, what the answer says."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.contract.client import Client, State
from tests.contract.documents import Document, row, send, tag, unique, when


def message(conversation: str, content: str = "hello", **fields: Any) -> Document:
    return {
        "event_type": "MESSAGE_RECEIVED",
        "conversation_id": conversation,
        "data": {"content": content},
    } | fields


def test_the_shape_of_the_answer(fiko: Client) -> None:
    answer = fiko.say(fiko.conversation(), "hello")
    assert isinstance(answer["event_id"], str)
    assert (answer["duplicate"], answer["executions"], answer["ai_reply"]) == (False, [], "queued")


def test_a_message_is_stored(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.say(conversation, "سلام، hello <b>&amp;</b>")
    (stored,) = fiko.messages(conversation, "customer")
    assert stored["content"] == "سلام، hello <b>&amp;</b>"


def test_the_sender_names_the_event(fiko: Client) -> None:
    name = unique("event")
    assert fiko.say(fiko.conversation(), "hello", event_id=name)["event_id"] == name


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("MESSAGE_RECEIVED", {"content": "hello"}),
        ("MESSAGE_SENT", {"content": "hello", "sender": "operator"}),
        ("USER_UPDATED", {"first_name": "Mina"}),
        ("WEBHOOK", {"order": 7}),
        ("INSTAGRAM_COMMENT", {"content": "nice"}),
    ],
)
def test_accepted_types(fiko: Client, kind: str, data: Document) -> None:
    assert fiko.event(fiko.conversation(), kind, data)["duplicate"] is False


@pytest.mark.parametrize(
    "kind",
    [
        *("CONVERSATION_CREATED", "CONVERSATION_CLOSED", "USER_CREATED", "TAG_ADDED", "TAG_REMOVED"),
        *("SCHEDULED", "MANUAL", "NO_SUCH_TYPE", "message_received", "", None, 7, ["MESSAGE_RECEIVED"]),
    ],
)
def test_p29_other_types_are_refused(fiko: Client, kind: Any) -> None:
    conversation = fiko.conversation()
    answer = fiko.ask("POST", "/events", message(conversation, event_type=kind))
    assert answer.status == 422
    assert "event_type" in [error["field"] for error in answer.json["errors"]]
    assert fiko.messages(conversation) == []


@pytest.mark.parametrize("key", ["event_id", "message_id"])
def test_p12_the_same_again_is_one(fiko: Client, key: str) -> None:
    conversation, keyword, name = fiko.conversation(), unique("key"), unique("id")
    workflow = fiko.live(row(when(keyword), tag(unique("tag"))))
    body = message(conversation, keyword)
    body = body | {key: name} if key == "event_id" else body | {"data": body["data"] | {key: name}}
    first = fiko.post("/events", body, 202)
    assert fiko.post("/events", body, 202) == first | {"duplicate": True}
    assert len(fiko.messages(conversation, "customer")) == 1
    assert [execution["id"] for execution in fiko.executions(workflow)] == first["executions"]


def test_p12_a_repeat_gets_the_first_answer_even_later(fiko: Client) -> None:
    conversation, name = fiko.conversation(), unique("event")
    first = fiko.say(conversation, "hello", event_id=name)
    fiko.answered(conversation)
    fiko.redirect(conversation, "support")
    assert fiko.say(conversation, "hello", event_id=name) == first | {"duplicate": True}
    assert len(fiko.answered(conversation)) == 1


@pytest.mark.parametrize("key", ["event_id", "message_id"])
def test_p12_other_content_under_a_key_is_refused(fiko: Client, key: str) -> None:
    conversation, name = fiko.conversation(), unique("id")
    for content, status in (("hello", 202), ("goodbye", 409)):
        body = message(conversation, content)
        body = body | {key: name} if key == "event_id" else body | {"data": body["data"] | {key: name}}
        assert fiko.ask("POST", "/events", body).status == status
    assert [m["content"] for m in fiko.messages(conversation, "customer")] == ["hello"]


def test_p12_a_key_belongs_to_one_conversation(fiko: Client) -> None:
    name, other = unique("event"), fiko.conversation()
    fiko.say(fiko.conversation(), "hello", event_id=name)
    assert fiko.ask("POST", "/events", message(other, event_id=name)).status == 409
    assert fiko.messages(other) == []


def test_p12_delivered_by_many_at_once(fiko: Client) -> None:
    conversation, keyword = fiko.conversation(), unique("key")
    workflow = fiko.live(row(when(keyword), send("Got it")))
    body = message(conversation, keyword, event_id=unique("event"))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: fiko.post("/events", body, 202), range(16)))
    assert [answer["duplicate"] for answer in answers].count(False) == 1
    fiko.settle()
    assert len(fiko.messages(conversation, "customer")) == 1
    assert len(fiko.messages(conversation, "marketing")) == 1
    assert len(fiko.executions(workflow)) == 1


def test_without_a_key_the_same_words_are_two_messages(fiko: Client) -> None:
    conversation = fiko.conversation()
    names = {fiko.say(conversation, "hello")["event_id"] for _ in range(2)}
    assert len(names) == len(fiko.messages(conversation, "customer")) == 2


def test_p08_an_operator_elsewhere_is_heard(fiko: Client) -> None:
    conversation = fiko.conversation()
    data = {"content": "I take this", "sender": "operator", "message_id": unique("m")}
    answer = fiko.event(conversation, "MESSAGE_SENT", data)
    assert answer["ai_reply"] == "none"
    assert [m["content"] for m in fiko.messages(conversation, "support")] == ["I take this"]
    assert fiko.state(conversation) == State("support_active", False, "support", 2)


def test_the_echo_of_what_we_sent_is_ignored(fiko: Client) -> None:
    conversation = fiko.conversation(source="api")
    fiko.say(conversation, "hello")
    fiko.answered(conversation)
    before = fiko.messages(conversation)
    ours = next(m for m in before if m["type"] == "AI")
    data = {"content": ours["content"], "sender": "operator", "message_id": ours["id"]}
    fiko.event(conversation, "MESSAGE_SENT", data)
    assert fiko.messages(conversation) == before
    assert fiko.state(conversation).epoch == 1


def test_p28_an_accepted_event_can_be_seen_at_once(fiko: Client) -> None:
    conversation, keyword = fiko.conversation(), unique("key")
    fiko.live(row(when(keyword), tag("seen")))
    (execution,) = fiko.say(conversation, keyword)["executions"]
    shown = fiko.get(f"/executions/{execution}")
    assert (shown["conversation_id"], shown["status"]) == (conversation, "COMPLETED")
    assert fiko.tags(conversation) == {"seen"}


@pytest.mark.parametrize("unknown", ["nobody", "", None, 7])
def test_p29_an_unknown_conversation_is_refused(fiko: Client, unknown: Any) -> None:
    answer = fiko.ask("POST", "/events", message("x") | {"conversation_id": unknown})
    assert answer.status in (404, 422)


@pytest.mark.parametrize("data", [None, [], "hello", 7, {"content": 7}, {"content": ["hello"]}])
def test_p29_wrong_data_names_its_field(fiko: Client, data: Any) -> None:
    conversation = fiko.conversation()
    answer = fiko.ask("POST", "/events", message(conversation) | {"data": data})
    assert answer.status == 422
    assert any("data" in error["field"] or "content" in error["field"] for error in answer.json["errors"])
    assert fiko.messages(conversation) == []
