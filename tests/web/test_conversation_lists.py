"""Filters that are kept, bulk redirects, receipts and repeated forms, as somebody without JavaScript uses them.

On SQLite: what a database decides is in tests/test_search.py and tests/test_bulk.py.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db, transaction
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.customers import Customer
from fikoadmin.models.jobs import BULK_REDIRECT
from fikoadmin.models.messages import NOTE, OPERATOR_MESSAGE, Message
from fikoadmin.services import conversations
from fikoadmin.web.conversations import forms
from tests.contract.documents import node, redirect, row, when
from tests.scenes import live, work
from tests.web.browsing import Visitor, signed_in_as
from tests.web.talking import AUTHOR, begun, live_workflow, now_at, supersede
from tests.web.test_conversations import statements_for


def send(visitor: Visitor, path: str, data: dict[str, Any], form_at: str = "/conversations") -> tuple[int, str]:
    answer = visitor.post(path, data, form_at=form_at)
    return answer.status_code, answer.location or answer.text


@contextmanager
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


# -- filters -------------------------------------------------------------------------------------------------------


def test_filters_are_kept_under_a_name_and_deleted(office: Flask, reader: Visitor) -> None:
    status, location = send(reader, "/conversations/filters", {"filter_name": "Bills", "query": "q=a&status=active"})
    assert (status, location) == (303, "/conversations?q=a&status=active")
    page = reader.text(location)
    assert re.search(r'status=active" dir="auto" aria-current="true">Bills<', page)
    delete = re.search(r'action="(/conversations/filters/\d+/delete)"', page)
    assert delete
    assert send(reader, delete[1], {})[0] == 303
    assert "Bills" not in reader.text("/conversations")


@pytest.mark.parametrize(
    ("name", "query", "problem"),
    [
        ("", "status=active", "Give it a name."),
        ("n" * 61, "status=active", "at most 60 characters"),
        ("Mine", "", "Choose what to filter by first."),
        ("Mine", "after=1.a&unknown=x", "Choose what to filter by first."),
    ],
)
def test_p29_a_filter_that_cannot_be_kept_says_why(
    office: Flask, reader: Visitor, name: str, query: str, problem: str
) -> None:
    status, text = send(reader, "/conversations/filters", {"filter_name": name, "query": query})
    assert (status, problem in text, name in text) == (422, True, True)


def test_p29_a_name_is_given_once_and_to_oneself(office: Flask, reader: Visitor, editor: Visitor) -> None:
    kept = {"filter_name": "Twice", "query": "ai=off"}
    assert [send(reader, "/conversations/filters", kept)[0] for _ in range(2)] == [303, 422]
    assert "Twice" not in editor.text("/conversations")
    delete = re.search(r"/conversations/filters/\d+/delete", reader.text("/conversations?ai=off"))
    assert delete
    assert send(editor, delete[0], {})[0] == 404


@pytest.mark.parametrize("query", ["q=" + "x" * 201, "tag=a%00b", "q=%00"])
def test_p29_what_cannot_be_searched_for_is_a_clear_error(office: Flask, reader: Visitor, query: str) -> None:
    assert reader.get(f"/conversations?{query}").status_code == 422


def test_a_search_stands_in_the_address_and_in_its_field(office: Flask, reader: Visitor) -> None:
    begun(office, "a yellow submarine", name="Ringo")
    text = reader.text("/conversations?q=yellow+sub&source=test&tag=")
    assert "Ringo" in text
    assert 'value="yellow sub"' in text
    assert "words that begin with" in reader.text("/conversations?q=zeppelin")


# -- bulk redirects ------------------------------------------------------------------------------------------------


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


# -- receipts ------------------------------------------------------------------------------------------------------


def test_a_redirect_shows_what_followed_from_it(office: Flask, editor: Visitor) -> None:
    with inside(office):
        live(
            row(
                when("ask me"),
                node("waiting", "Number", customer_message="Your number?"),
                redirect("sales"),
                name="Asks",
            )
        )
    conversation_id = begun(office, "ask me")
    address = f"/conversations/{conversation_id}"
    _, location = send(editor, f"{address}/redirect", {"epoch": "1", "destination": "billing"}, address)
    supersede(office, conversation_id, "The answer that came late", "owner changed")
    text = editor.text(location)
    receipt = text[text.index('id="receipt"') : text.index('class="split')]
    words = (
        "Redirected to Billing",
        "Support active",
        "AI off",
        "Asks",
        "the answer goes to the new owner",
        "no mirror",
    )
    assert [each for each in (*words, "The answer that came late") if each not in receipt] == []
    assert editor.text(f"{address}/receipt/2").strip() in text
    assert editor.get(f"{address}/receipt/3").status_code == 404


def test_a_receipt_reads_the_mirror_back(pg_app: Flask) -> None:
    visitor = signed_in_as(pg_app, "viewer")
    conversation_id = begun(pg_app)
    with inside(pg_app):
        conversations.redirect(conversation_id, "sales", AUTHOR)
    text = visitor.text(f"/conversations/{conversation_id}?changed=2")
    assert f"ai_control_{conversation_id} = " in text
    assert "&#34;epoch&#34;: 2" in text
    assert "The owner changed again." in visitor.text(f"/conversations/{conversation_id}?changed=1")


def test_a_redirect_to_where_it_is_says_that_nothing_changed(office: Flask, editor: Visitor) -> None:
    address = f"/conversations/{begun(office)}"
    status, location = send(editor, f"{address}/redirect", {"epoch": "1", "destination": "ai"}, address)
    assert (status, location) == (303, address)
    assert "nothing changed" in editor.text(address)


@pytest.mark.parametrize("epoch", ["0", "-1", "x", "9" * 30, "7"])
def test_p29_a_receipt_of_nothing_is_not_shown(office: Flask, reader: Visitor, epoch: str) -> None:
    answer = reader.get(f"/conversations/{begun(office)}?changed={epoch}")
    assert (answer.status_code, 'id="receipt"' in answer.text) == (200, False)


# -- forms that are sent twice, and other small things ---------------------------------------------------------------


def said(app: Flask, conversation_id: str, kind: str) -> list[str]:
    with inside(app):
        rows = select(Message.content).filter_by(conversation_id=conversation_id, type=kind).order_by(Message.id)
        return list(db.session.scalars(rows))


@pytest.mark.parametrize(("verb", "kind"), [("reply", OPERATOR_MESSAGE), ("note", NOTE), ("customer", "customer")])
def test_a_form_that_is_sent_twice_is_stored_once(office: Flask, editor: Visitor, verb: str, kind: str) -> None:
    conversation_id = begun(office)
    address = f"/conversations/{conversation_id}"
    key = re.search(r'id="composer-key" name="key" type="hidden" value="([a-z0-9]{16})"', editor.text(address))
    assert key
    form = {"epoch": "1", "key": key[1], "content": "Good day"}
    assert [send(editor, f"{address}/{verb}", form, address)[0] for _ in range(2)] == [303, 303]
    assert said(office, conversation_id, kind) == ["Good day"]
    other = form | {"content": "Something else", "epoch": str(now_at(office, conversation_id).epoch)}
    assert send(editor, f"{address}/{verb}", other, address)[0] == 303
    assert said(office, conversation_id, kind) == ["Good day", "Something else"]


@pytest.mark.parametrize("key", ["", "x", "K" * 16, "k" * 3_000, "a\0b"])
def test_p29_a_form_without_a_readable_key_is_an_ordinary_form(office: Flask, editor: Visitor, key: str) -> None:
    conversation_id = begun(office)
    address = f"/conversations/{conversation_id}"
    assert send(editor, f"{address}/note", {"key": key, "content": "Note"}, address)[0] == 303
    assert said(office, conversation_id, NOTE) == ["Note"]


def test_of_many_workflows_the_first_are_listed_and_all_found(
    office: Flask, editor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forms, "WORKFLOWS_LISTED", 1)
    chosen = live_workflow(office, "sales", "never said 1", name="Zulu")
    live_workflow(office, "sales", "never said 2", name="Yankee")
    address = f"/conversations/{begun(office)}"
    assert "more are active: find them by their name." in editor.text(address)
    assert re.findall(r"<option[^>]*>(Zulu|Yankee)", editor.text(f"{address}?workflows=zUl")) == ["Zulu"]
    assert "No active workflow has such a name." in editor.text(f"{address}?workflows=Xray")
    assert send(editor, f"{address}/trigger", {"epoch": "1", "workflow": str(chosen)}, address)[0] == 303


def test_the_language_can_be_changed_on_a_page_that_refused(office: Flask, editor: Visitor) -> None:
    address = f"/conversations/{begun(office)}"
    answer = editor.post(f"{address}/reply", {"content": ""}, form_at=address)
    next_page = re.search(r'name="next" value="([^"]+)"', answer.text)
    assert next_page
    status, location = send(editor, "/language", {"language": "en", "next": next_page[1]}, address)
    assert (status, location) == (303, address)
    assert editor.get(location).status_code == 200


def test_a_stranger_comes_back_to_where_they_wanted_to_go(office: Flask, editor: Visitor) -> None:
    address = f"/conversations/{begun(office)}"
    for path, stranger in ((address, Visitor(office)), (f"{address}/reply", Visitor(office))):
        token = {"content": "x"}
        answer = stranger.get(path) if path == address else stranger.post(path, token, form_at="/sign-in")
        assert answer.status_code == 302
        assert editor.operator
        typed = {"email": editor.operator.email, "password": "correct horse battery"}
        assert stranger.post(answer.location, typed).location == address


def test_who_waits_for_a_person_is_counted(app: Flask) -> None:
    visitor = signed_in_as(app, "viewer")
    with inside(app):
        conversations.redirect(begun(app, "hello"), "support", AUTHOR)
    begun(app, "hello")
    assert visitor.get("/conversations/waiting").json == {"waiting": 1}
    assert 'data-waiting-url="/conversations/waiting"' in visitor.text("/conversations")


def test_the_strip_follows_the_installations_ai_switch(office: Flask, reader: Visitor) -> None:
    conversation_id = begun(office)
    text = reader.text(f"/conversations/{conversation_id}")
    assert f'data-live-topic="conversation:{conversation_id} settings"' in text
    assert re.search(r'data-live-url="[^"]*topic=settings', text)
