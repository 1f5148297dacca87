"""Forms that are sent twice, and other small things of the conversations' pages."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.messages import NOTE, OPERATOR_MESSAGE, Message
from fikoadmin.services import conversations
from fikoadmin.web.conversations import forms
from tests.web.browsing import Visitor, signed_in_as
from tests.web.conversations.sending import inside, send
from tests.web.talking import AUTHOR, begun, live_workflow, now_at


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
