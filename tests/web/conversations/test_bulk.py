"""Bulk redirects: a list is looked at, started and cancelled."""

import pytest
from flask import Flask

from fikoadmin.extensions import transaction
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.customers import Customer
from fikoadmin.models.jobs import BULK_REDIRECT
from tests.scenes import work
from tests.web.browsing import Visitor, signed_in_as, statements_for
from tests.web.conversations.sending import inside, send
from tests.web.talking import AUTHOR, begun, now_at


def listed(visitor: Visitor, *chosen: str, **fields: str) -> str:
    """The address of the page of a list that was made of those."""
    status, location = send(visitor, "/conversations/bulk", {"chosen": list(chosen), "query": "", **fields})
    assert status == 303
    return location


def test_p27_ticked_conversations_are_looked_at_then_redirected(office: Flask, editor: Visitor) -> None:
    first, second = begun(office, name="Tick"), begun(office, name="Tock")
    page = listed(editor, f"{first}.1", f"{second}.1", "nonsense")
    text = editor.text(page)
    assert all(words in text for words in ("Tick", "Tock", "Nothing has been done yet.", "Start"))
    assert now_at(office, first).epoch == 1
    assert send(editor, f"{page}/start", {"destination": "technical"}, page)[0] == 303
    with inside(office):
        work(BULK_REDIRECT)
    text = editor.text(page)
    assert all(words in text for words in ("Finished", "2 of 2", f"/conversations/{first}?changed=2"))
    assert (now_at(office, first).destination, now_at(office, second).destination) == ("technical", "technical")
    assert "Bulk redirect" in editor.text("/conversations/bulk")


def test_p27_all_that_fit_the_filters_are_listed(office: Flask, editor: Visitor) -> None:
    begun(office, "purple rain")
    begun(office, "purple haze")
    text = editor.text(listed(editor, query="q=purple", all="yes"))
    assert "2 conversations are on the list" in text


def test_p29_a_list_of_nothing_is_refused_and_the_filters_stay(office: Flask, editor: Visitor) -> None:
    status, text = send(editor, "/conversations/bulk", {"query": "status=closed&q=kept"})
    assert (status, "Choose at least one conversation." in text, 'value="kept"' in text) == (422, True, True)


def test_p29_a_list_goes_to_a_known_destination(office: Flask, editor: Visitor) -> None:
    page = listed(editor, f"{begun(office)}.1")
    status, text = send(editor, f"{page}/start", {"destination": "moon"}, page)
    assert (status, "Choose where the conversation goes." in text) == (422, True)


def test_a_list_is_started_once_and_can_be_cancelled(office: Flask, editor: Visitor) -> None:
    page = listed(editor, f"{begun(office)}.1")
    for verb, expected in (("start", 303), ("start", 409), ("cancel", 303), ("cancel", 409), ("start", 409)):
        assert send(editor, f"{page}/{verb}", {"destination": "sales"}, page)[0] == expected, verb
    assert "the list was cancelled before its turn" in editor.text(page)


@pytest.mark.parametrize("verb", ["start", "cancel"])
def test_bulk_verbs_refuse_get_viewers_and_forms_without_token(
    office: Flask, editor: Visitor, reader: Visitor, verb: str
) -> None:
    page = listed(editor, f"{begun(office)}.1")
    assert editor.get(f"{page}/{verb}").status_code == 405
    assert editor.client.post(f"{page}/{verb}", data={"destination": "ai"}).status_code == 400
    assert send(reader, f"{page}/{verb}", {"destination": "ai"}, page)[0] == 403
    assert send(reader, "/conversations/bulk", {"all": "yes", "query": ""})[0] == 403
    assert "Nothing has been done yet." in reader.text(page)
    assert editor.get("/conversations/bulk/" + "9" * 19).status_code == 404


def many(app: Flask, count: int) -> None:
    with inside(app), transaction() as session:
        for _ in range(count):
            customer = Customer(first_name="Mina", source="web")
            session.add(customer)
            session.flush()
            customer.add_tag("vip")
            Conversation.start(customer, "web", AUTHOR, "en")


def test_y6_search_and_bulk_pages_take_as_many_queries_for_300_rows_as_for_10(app: Flask) -> None:
    visitor, searched, bulk = signed_in_as(app, "operator"), [], []
    for more in (10, 290):
        many(app, more)
        searched.append(statements_for(visitor, "/conversations?q=mina&tag=vip&status=active"))
        bulk.append(statements_for(visitor, listed(visitor, all="yes")))
    assert searched[0] == searched[1] <= 14
    assert bulk[0] == bulk[1] <= 7
