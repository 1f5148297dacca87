"""Conversations, their messages and notes, and the lists of all of them."""

from typing import Any

import pytest

from tests.contract.client import Client, State, facts
from tests.contract.documents import by_hand, send, unique

CONVERSATION = {
    *("id", "status", "ai_enabled", "ai_may_reply", "destination", "epoch"),
    *("customer", "source", "updated_at"),
}
MESSAGE = {"id", "type", "content", "buttons", "created_at", "superseded", "execution_id"}


@pytest.mark.parametrize("source", ["telegram", "instagram", "web", "api", "test"])
def test_a_conversation_with_a_known_customer(fiko: Client, source: str) -> None:
    customer = fiko.customer()["id"]
    made = fiko.post("/conversations", {"customer_id": customer, "source": source}, 201)
    assert made.keys() >= CONVERSATION
    assert isinstance(made["id"], str)
    assert (made["source"], fiko.customer_id(made["id"])) == (source, customer)
    assert facts(fiko.show(made["id"])) == facts(made)


def test_a_conversation_with_a_new_customer(fiko: Client) -> None:
    who = {"first_name": "Sara", "source": "web", "source_id": unique("c"), "tags": ["new"]}
    made = fiko.post("/conversations", {"customer": who, "source": "web"}, 201)
    customer = fiko.get(f"/customers/{fiko.customer_id(made['id'])}")
    assert (customer["first_name"], customer["tags"]) == ("Sara", ["new"])


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"source": "test"}, {"customer_id", "customer"}),
        ({"customer": {"first_name": "Sara"}, "source": "fax"}, {"source"}),
        ({"customer": {"first_name": "Sara"}, "source": 7}, {"source"}),
        ({"customer": "Sara", "source": "test"}, {"customer"}),
        ({"customer": {"first_name": 7}, "source": "test"}, {"customer.first_name", "first_name"}),
    ],
)
def test_p29_wrong_fields_are_named(fiko: Client, body: Any, fields: set[str]) -> None:
    answer = fiko.ask("POST", "/conversations", body)
    assert answer.status == 422
    assert {error["field"] for error in answer.json["errors"]} & fields


def test_p29_an_unknown_customer(fiko: Client) -> None:
    answer = fiko.ask("POST", "/conversations", {"customer_id": "nobody", "source": "test"})
    assert answer.status in (404, 422)


def test_the_list_pages_through_everything_once(fiko: Client) -> None:
    made = {fiko.conversation() for _ in range(5)}
    pages = list(fiko.pages("/conversations", limit=2))
    listed = [conversation["id"] for page in pages for conversation in page]
    assert {len(page) for page in pages[:-1]} == {2}
    assert len(listed) == len(set(listed))
    assert made <= set(listed)


def test_the_list_has_the_shape_of_one(fiko: Client) -> None:
    conversation = fiko.at("sales")
    listed = {c["id"]: c for c in fiko.everything("/conversations")}
    assert facts(listed[conversation]) == facts(fiko.show(conversation))
    assert listed[conversation].keys() >= CONVERSATION


def test_messages_have_their_shape_and_are_oldest_first(fiko: Client) -> None:
    conversation = fiko.at("support")
    fiko.say(conversation, "one")
    fiko.reply(conversation, "two")
    fiko.reply(conversation, "three", note=True)
    fiko.run(by_hand(send("four")), conversation)
    found = fiko.messages(conversation)
    shown = [(message["type"], message["content"]) for message in found]
    assert shown == [("customer", "one"), ("support", "two"), ("note", "three"), ("marketing", "four")]
    assert all(message.keys() >= MESSAGE and message["superseded"] is False for message in found)
    assert all(isinstance(message["id"], str) for message in found)


def test_messages_are_paged(fiko: Client) -> None:
    conversation = fiko.at("support")
    texts = [f"message {n}" for n in range(7)]
    for text in texts:
        fiko.say(conversation, text)
    pages = list(fiko.pages(f"/conversations/{conversation}/messages", limit=3))
    assert [[message["content"] for message in page] for page in pages] == [texts[:3], texts[3:6], texts[6:]]


def test_conversation_events_are_paged(fiko: Client) -> None:
    conversation = fiko.conversation()
    for destination in ("sales", "billing", "general", "ai"):
        fiko.redirect(conversation, destination)
    pages = list(fiko.pages(f"/conversations/{conversation}/events", limit=2))
    epochs = sorted(event["epoch"] for page in pages for event in page)
    assert epochs in ([2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert all(len(page) == 2 for page in pages[:-1])


def test_an_operators_reply_is_a_message(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.reply(conversation, "سلام <b>Sara</b>")
    (message,) = fiko.messages(conversation)
    assert (message["type"], message["content"]) == ("support", "سلام <b>Sara</b>")
    assert fiko.state(conversation) == State("support_active", False, "support", 2)


def test_a_note_is_private_and_takes_nothing_over(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.reply(conversation, "be patient", note=True)
    (message,) = fiko.messages(conversation)
    assert message["type"] == "note"
    assert fiko.state(conversation) == State("active", True, "ai", 1)


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"content": None}, {"content": 7}, {"content": ["x"]}])
def test_p29_a_reply_needs_content(fiko: Client, body: Any) -> None:
    conversation = fiko.conversation()
    answer = fiko.ask("POST", f"/conversations/{conversation}/messages", body)
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == ["content"]
    assert (fiko.messages(conversation), fiko.state(conversation).epoch) == ([], 1)
