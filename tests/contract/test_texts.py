"""What workflows say and what their conditions see: placeholders, fields, operators, normalised text."""

from typing import Any

import pytest

from tests.contract.client import Client, path
from tests.contract.documents import (
    Document,
    by_hand,
    condition,
    connection,
    document,
    field,
    group,
    never,
    row,
    send,
    tag,
    unique,
    when,
)

CUSTOMER = {"first_name": "Sara", "last_name": "Ahmadi", "email": "sara@example.com", "username": "sara42"}

# Each text beside what the customer reads.
TEXTS = [
    ("Hi {{user.first_name}}!", "Hi Sara!"),
    ("{{user.full_name}}", "Sara Ahmadi"),
    ("{{user.email}} {{user.username}}", "sara@example.com sara42"),
    ("{{user.source}}/{{conversation.source}}", "test/test"),
    ("{{conversation.status}} {{conversation.destination}}", "active ai"),
    ("you wrote: {{event.data.content}}", "you wrote: the question"),
    ("[{{user.no_such_field}}]", "[]"),
    ("{{user.first_name", "{{user.first_name"),
    ("100 % {sure}", "100 % {sure}"),
]


@pytest.mark.parametrize(("text", "read"), TEXTS)
def test_placeholders(fiko: Client, text: str, read: str) -> None:
    conversation = fiko.conversation(**CUSTOMER)
    fiko.say(conversation, "the question")
    fiko.run(by_hand(send(text)), conversation)
    assert [m["content"] for m in fiko.messages(conversation, "marketing")] == [read]


def test_the_conversation_names_itself(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.run(by_hand(send("{{conversation.id}} {{user.id}}")), conversation)
    (message,) = fiko.messages(conversation, "marketing")
    assert message["content"] == f"{conversation} {fiko.customer_id(conversation)}"


def test_an_unknown_placeholder_warns_in_the_step(fiko: Client) -> None:
    execution = fiko.run(by_hand(send("[{{user.shoe_size}}]")), fiko.conversation())
    assert path(execution)[-1] == ("Send", "changed")
    assert "shoe_size" in str(execution["steps"][-1])


def test_an_unknown_placeholder_in_a_condition_warns_in_the_step(fiko: Client) -> None:
    asked = condition(field("user.first_name", "equals", "{{event.data.shoe_size}}"))
    execution = fiko.run(by_hand(asked), fiko.conversation())
    assert path(execution)[-1] == ("Condition", "passed")
    assert "shoe_size" in str(execution["steps"][-1])


def test_a_message_says_which_execution_sent_it(fiko: Client) -> None:
    conversation = fiko.conversation()
    execution = fiko.run(by_hand(send("Hello", key_values=["Yes", "No"])), conversation)
    (message,) = fiko.messages(conversation, "marketing")
    assert message["execution_id"] == execution["id"]
    assert all(label in str(message["buttons"]) for label in ("Yes", "No"))


def says(fiko: Client, content: str, *conditions: Document, combination: str = "and") -> bool:
    """Whether the conditions are true for a message with that content."""
    keyword, conversation = unique("key"), fiko.conversation(**CUSTOMER, phone_number="", tags=["vip", "new"])
    start, asked = when(tags=[keyword]), condition(*conditions, combination=combination)
    yes, no = tag(unique("yes"), "Yes"), tag(unique("no"), "No")
    ways = [connection(start, asked), connection(asked, yes), connection(asked, no, "failure")]
    workflow = fiko.live(document([start, asked, yes, no], ways))
    fiko.add_tag(conversation, keyword)
    (execution,) = fiko.say(conversation, content)["executions"]
    found = path(fiko.get(f"/executions/{execution}"))
    fiko.post(f"/workflows/{workflow}/pause")
    assert found[:2] == [("When", "passed"), ("Condition", "passed")]
    return found[2] == ("Yes", "changed")


MESSAGES = [
    ("equals_to", "hello", "Hello", True),
    ("equals_to", "hello", "hello you", False),
    ("equals_to", "علي", " علی ", True),
    ("not_equal", "hello", "HELLO", False),
    ("not_equal", "hello", "bye", True),
    ("start_with", "سلام ۱", "سَلام 1 و", True),
    ("start_with", "you", "hello you", False),
    ("end_with", "YOU", "hello you", True),
    ("end_with", "hello", "hello you", False),
    ("contains", "کتاب", "این كتاب است", True),
    ("contains", "refund", "nothing", False),
    ("contains", "yes", "YES!", True),
]


@pytest.mark.parametrize(("operator", "value", "content", "true"), MESSAGES)
def test_message_conditions(fiko: Client, operator: str, value: str, content: str, true: bool) -> None:
    asked = {"type": "message", "operator": operator, "value": value}
    assert says(fiko, content, asked) is true


FIELDS: list[tuple[str, str, Any, bool]] = [
    ("user.first_name", "equals", "Sara", True),
    ("user.first_name", "equals", "sara", False),
    ("user.first_name", "not_equals", "Mina", True),
    ("user.first_name", "contains", "ar", True),
    ("user.first_name", "contains", "AR", False),
    ("user.first_name", "icontains", "AR", True),
    ("user.first_name", "not_contains", "x", True),
    ("user.first_name", "starts_with", "Sa", True),
    ("user.first_name", "starts_with", "sa", False),
    ("user.first_name", "istarts_with", "sa", True),
    ("user.email", "ends_with", "@example.com", True),
    ("user.email", "ends_with", "@EXAMPLE.com", False),
    ("user.email", "iends_with", "@EXAMPLE.com", True),
    ("user.username", "in", ["ali", "sara42"], True),
    ("user.username", "not_in", ["ali", "sara42"], False),
    ("user.username", "matches_regex", "^sara\\d+$", True),
    ("user.username", "matches_regex", "^\\d+$", False),
    ("user.phone_number", "is_empty", "", True),
    ("user.email", "is_empty", "", False),
    ("user.email", "is_not_empty", "", True),
    ("user.email", "is_null", "", False),
    ("user.email", "is_not_null", "", True),
    ("user.tags", "contains", "vip", True),
    ("user.tags", "contains", "vi", False),
    ("user.tags", "not_contains", "vip", False),
    ("user.source", "equals", "test", True),
    ("conversation.status", "equals", "active", True),
    ("conversation.destination", "in", ["ai", "sales"], True),
    ("event.type", "equals", "MESSAGE_RECEIVED", True),
    ("event.data.content", "equals", "7", True),
    ("event.data.content", "greater", 6, True),
    ("event.data.content", "greater", 7, False),
    ("event.data.content", "greater_equal", 7, True),
    ("event.data.content", "less", "10", True),
    ("event.data.content", "less_equal", 6.5, False),
    ("event.data.content", "between", [5, 8], True),
    ("event.data.content", "not_between", [5, 8], False),
]


@pytest.mark.parametrize(("name", "operator", "value", "true"), FIELDS)
def test_field_conditions(fiko: Client, name: str, operator: str, value: Any, true: bool) -> None:
    assert says(fiko, "7", field(name, operator, value)) is true


def test_yes_is_a_word(fiko: Client) -> None:
    assert says(fiko, "yes", field("event.data.content", "equals", "true")) is False
    assert says(fiko, "yes", field("event.data.content", "equals", "yes")) is True


TRUE, FALSE = field("user.first_name", "equals", "Sara"), field("user.first_name", "equals", "Mina")


@pytest.mark.parametrize(
    ("combination", "conditions", "true"),
    [
        ("and", [], True),
        ("or", [], True),
        ("and", [TRUE, TRUE], True),
        ("and", [TRUE, FALSE], False),
        ("or", [TRUE, FALSE], True),
        ("or", [FALSE, FALSE], False),
        ("and", [TRUE, group("or", FALSE, TRUE)], True),
        ("or", [FALSE, group("and", FALSE, TRUE)], False),
        ("and", [group("or", FALSE, group("and", TRUE, TRUE)), TRUE], True),
    ],
)
def test_groups(fiko: Client, combination: str, conditions: list[Document], true: bool) -> None:
    assert says(fiko, "7", *conditions, combination=combination) is true


def test_a_slow_pattern_ends(fiko: Client) -> None:
    # Catastrophic for a backtracking engine; whatever the step's outcome, the answer comes.
    keyword, asked = unique("key"), condition(field("event.data.content", "matches_regex", "(a+)+$"))
    fiko.live(row(when(keyword), asked, tag("seen")))
    (execution,) = fiko.say(fiko.conversation(), keyword + "a" * 60 + "!")["executions"]
    assert fiko.ended(execution)["status"] in ("COMPLETED", "FAILED")


@pytest.mark.parametrize("name", ["content", "id"])
def test_a_trigger_sees_the_last_customer_message(fiko: Client, name: str) -> None:
    conversation = fiko.conversation()
    for content in ("first", "last"):
        fiko.say(conversation, content)
    text = "{{event.data.content}}" if name == "content" else "{{conversation.id}}"
    fiko.run(row(never(), send(text)), conversation)
    read = [m["content"] for m in fiko.messages(conversation, "marketing")]
    assert read == ["last" if name == "content" else conversation]
