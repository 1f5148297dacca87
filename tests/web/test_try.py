"""Try it: a conversation with oneself, without JavaScript. Plain rows, so SQLite."""

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from fikoadmin.extensions import db, transaction
from fikoadmin.models import found
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import ANSWER_CUSTOMER, AVAILABLE, Job
from fikoadmin.services import answers, conversations
from tests.web.browsing import Visitor, statements_for
from tests.web.forms import forms_on, send
from tests.web.talking import AUTHOR, begun, live_workflow, now_at, supersede


def say(visitor: Visitor, address: str, content: str) -> TestResponse:
    """Fills the customer's line and sends it."""
    [form] = [form for form in forms_on(visitor.text(address)) if form.action == address]
    return visitor.client.post(address, data=form.sent(content=content))


def forget(visitor: Visitor) -> None:
    """As in a browser that has tried nothing yet."""
    with visitor.client.session_transaction() as session:
        session.pop("tried", None)


def begin(visitor: Visitor, **typed: str) -> str:
    """The address of a new conversation, the last one forgotten."""
    forget(visitor)
    answer = send(visitor, "/try", "/try", **typed)
    assert answer.status_code == 303
    return str(answer.location)


def answer_all(app: Flask) -> None:
    """What a worker would do in a moment."""
    with app.app_context():
        for job in db.session.scalars(select(Job).filter_by(kind=ANSWER_CUSTOMER, state=AVAILABLE)).all():
            held = Held.take(job.id)
            assert held
            answers.answer_customer(held)


def chat_of(visitor: Visitor, address: str) -> str:
    return visitor.text(f"{address}/chat")


def test_one_click_begins_and_what_is_said_is_answered(office: Flask, editor: Visitor) -> None:
    address = begin(editor)
    assert "Nothing has been said" in editor.text(address)
    assert say(editor, address, "hello").location == address
    answer_all(office)
    assert "How can I help you?" in chat_of(editor, address)
    assert editor.get("/try").location == address


def test_the_customer_has_the_name_and_tags_that_were_typed(office: Flask, editor: Visitor) -> None:
    address = begin(editor, first_name="Ada", tags="vip، new")
    with office.app_context():
        customer = found.conversation(address.rpartition("/")[2]).customer
        assert (customer.first_name, customer.tags, customer.source) == ("Ada", ["new", "vip"], "test")


def test_both_halves_show_what_each_side_sees(office: Flask, editor: Visitor) -> None:
    live_workflow(office, "support", "a person please", name="Asks for people")
    address = begin(editor)
    conversation_id = address.rpartition("/")[2]
    assert "Asks for people" in editor.text(address)
    say(editor, address, "A PERSON please!")
    with office.app_context():
        conversations.note(conversation_id, "a private word", AUTHOR)
    supersede(office, conversation_id, "an answer too late", "owner changed")
    page, chat = editor.text(address), chat_of(editor, address)
    assert all(words in page for words in ("Redirected to Support", "support_active", "a private word", "too late"))
    assert "A PERSON please!" in chat
    assert "private word" not in chat
    assert "too late" not in chat


def test_the_live_part_is_what_the_page_holds(office: Flask, editor: Visitor) -> None:
    conversation_id = begun(office, "hello")
    address = f"/try/{conversation_id}"
    assert chat_of(editor, address).strip() in editor.text(address)
    assert f"topic=conversation:{conversation_id}" in editor.text(address)


def test_p12_the_same_form_sent_twice_says_it_once(office: Flask, editor: Visitor) -> None:
    address = begin(editor)
    [form] = [form for form in forms_on(editor.text(address)) if form.action == address]
    for _ in range(2):
        assert editor.client.post(address, data=form.sent(content="once")).status_code == 303
    assert chat_of(editor, address).count(">once<") == 1


def test_a_button_says_its_words(office: Flask, editor: Visitor) -> None:
    address = begin(editor)
    with office.app_context(), transaction():
        conversation = Conversation.locked(address.rpartition("/")[2])
        assert conversation
        conversation.tell("Which one?", AUTHOR, ["The blue <one>"])
    [button] = [form for form in forms_on(chat_of(editor, address)) if form.action == address]
    token = forms_on(editor.text(address))[0].values["csrf_token"]
    assert editor.client.post(address, data=button.sent(csrf_token=token)).status_code == 303
    assert "The blue &lt;one&gt;</p>" in chat_of(editor, address)


def test_clearing_closes_it_and_begins_with_another(office: Flask, editor: Visitor) -> None:
    address = begin(editor)
    assert send(editor, address, "/clear").location == "/try"
    assert now_at(office, address.rpartition("/")[2]).status == "closed"
    assert "Talk with yourself" in editor.text("/try")
    assert begin(editor) != address


def test_a_real_customers_conversation_is_none_of_these(office: Flask, editor: Visitor) -> None:
    real = begun(office, "hello", source="telegram")
    for path in (f"/try/{real}", f"/try/{real}/chat", "/try/nobody", "/try/%00", "/try/a'b"):
        assert editor.get(path).status_code == 404
    assert editor.post(f"/try/{real}", {"content": "x"}, form_at=f"/conversations/{real}").status_code == 404
    assert editor.post(f"/try/{real}/clear", form_at=f"/conversations/{real}").status_code == 404


@pytest.mark.parametrize("content", ["", "  ", "x" * 10_001, "a\0b"])
def test_p29_what_cannot_be_said_is_refused_with_what_was_typed(office: Flask, editor: Visitor, content: str) -> None:
    address = begin(editor)
    answer = say(editor, address, content)
    assert answer.status_code == 422
    assert "chat-content-error" in answer.text
    assert "Nothing has been said" in answer.text


def test_p29_a_wrong_beginning_keeps_what_was_typed(office: Flask, editor: Visitor) -> None:
    forget(editor)
    answer = send(editor, "/try", "/try", first_name="Ada Keeps", tags="x" * 101)
    assert answer.status_code == 422
    assert "Ada Keeps" in answer.text
    assert "tags-error" in answer.text


def test_a_viewer_looks_on_and_a_stranger_signs_in(office: Flask, reader: Visitor) -> None:
    address = f"/try/{begun(office, 'hello')}"
    assert "What operators see" in reader.text(address)
    assert "chat-form" not in reader.text(address)
    for path in ("/try", address, f"{address}/clear"):
        assert reader.post(path, {"content": "x"}, form_at="/try").status_code == 403
        assert Visitor(office).client.post(path).status_code == 400
    assert Visitor(office).get("/try").location.startswith("/sign-in")


def test_the_page_costs_the_same_queries_however_much_was_said(office: Flask, editor: Visitor) -> None:
    short, long = (f"/try/{begun(office, *['hello'] * count)}" for count in (10, 60))
    editor.get(short)
    assert statements_for(editor, short) == statements_for(editor, long)
