"""The list of conversations: who waits, the filters in the address, and the pages it goes on by."""

import re

import pytest
from flask import Flask

from fikoadmin.extensions import transaction
from fikoadmin.models.conversations import Conversation
from fikoadmin.services import conversations
from tests.web.browsing import Visitor, signed_in_as, statements_for
from tests.web.talking import AUTHOR, act, begun


def test_an_empty_list_says_what_to_do_first(app: Flask) -> None:
    text = signed_in_as(app, "operator").text("/conversations")
    assert "No conversations yet" in text
    assert "New test conversation" in text


def test_the_list_shows_who_waits_and_why_the_ai_did_not_answer(fiko: Flask, operator: Visitor) -> None:
    waiting = begun(fiko, "hello", name="Omid")
    with fiko.app_context(), transaction() as session:
        session.get_one(Conversation, waiting).unanswered_reason = "AI service: HTTP 502"
    text = operator.text("/conversations")
    assert all(words in text for words in ("Omid", "Unanswered", "AI service: HTTP 502", waiting, "AI Assistant"))


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", {"AI", "People", "Silent", "Closed"}),
        ("?status=active&ai=on", {"AI"}),
        ("?status=support_active&unanswered=yes", {"People"}),
        ("?status=active&ai=off", {"Silent"}),
        ("?destination=billing", {"People"}),
        ("?status=&ai=&destination=", {"AI", "People", "Silent", "Closed"}),
        ("?status=escalated", set()),
    ],
)
def test_filters_stand_in_the_address(fiko: Flask, operator: Visitor, query: str, shown: set[str]) -> None:
    ids = {name: begun(fiko, name=name) for name in ("AI", "People", "Silent", "Closed")}
    with fiko.app_context():
        conversations.redirect(ids["People"], "billing", AUTHOR)
        conversations.set_ai(ids["Silent"], False, AUTHOR)
        conversations.close(ids["Closed"], AUTHOR)
    begun(fiko)  # makes the list longer than what is looked for
    act(operator, ids["People"], "customer", content="hello?")
    text = operator.text(f"/conversations{query}")
    assert {name for name, id_ in ids.items() if f"/conversations/{id_}" in text} == shown


def test_a_list_goes_on_by_its_cursor_and_keeps_the_filters(fiko: Flask, operator: Visitor) -> None:
    for number in range(55):
        begun(fiko, name=f"Customer{number}x")
    first = operator.text("/conversations?status=active")
    address = re.search(r'rel="next" href="([^"]+)"', first)
    assert address
    assert "status=active" in address[1]
    second = operator.text("/conversations" + address[1].replace("&amp;", "&"))
    names = [re.findall(r"Customer\d+x", text) for text in (first, second)]
    assert [len(set(found)) for found in names] == [50, 5]
    assert not set(names[0]) & set(names[1])


def test_p29_what_a_database_refuses_is_a_clear_error(any_app: Flask) -> None:
    visitor = signed_in_as(any_app, "viewer")
    for query in ("?after=x", "?status=%00", "?destination=a%00b", "?after=1.%00"):
        assert visitor.get(f"/conversations{query}").status_code == 422, query


def test_the_rows_alone_are_those_of_the_whole_page(fiko: Flask, operator: Visitor) -> None:
    begun(fiko, "hello")
    rows = operator.text("/conversations/rows?status=active")
    assert 'data-live-topic="conversations"' in rows
    assert 'data-live-fragment="/conversations/rows?status=active"' in rows
    assert rows.strip() in operator.text("/conversations?status=active")


def test_a_newcomer_begins_a_test_conversation(operator: Visitor) -> None:
    answer = operator.post("/conversations", {"first_name": " Nika "})
    assert answer.status_code == 303
    text = operator.text(answer.location)
    assert "<h1" in text
    assert "Nika" in text
    assert "Write as the customer" in text


def test_p29_a_name_that_cannot_be_stored_is_refused_at_the_field(operator: Visitor) -> None:
    answer = operator.post("/conversations", {"first_name": "n" * 201})
    assert answer.status_code == 422
    assert "At most 200 characters" in answer.text
    assert "n" * 201 in answer.text


def test_y6_the_list_takes_as_many_queries_for_60_rows_as_for_10(any_app: Flask) -> None:
    visitor = signed_in_as(any_app, "viewer")
    counts = []
    for more in (10, 50):
        for _ in range(more):
            begun(any_app)
        counts.append(statements_for(visitor, "/conversations"))
    assert counts[0] == counts[1] <= 6
