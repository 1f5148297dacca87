"""Test a draft on its page: a stateless game of what happens and what happens next."""

import re

import pytest
from flask import Flask

from bench.counting import counting
from fikoadmin.extensions import db
from fikoadmin.models.executions import Execution
from fikoadmin.services import workflows
from tests import scenes
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, imported, workflow_at
from tests.web.forms import Form, forms_on, send


@pytest.fixture
def asking(office: Flask) -> int:
    """A draft that asks for an e-mail address and hands over."""
    asks = made.node("waiting", "Ask", customer_message="Your e-mail?", storage_type="email", allowed_errors=3)
    thanks = made.send("Thanks, {{user.first_name}}: {{answers.Ask}}", "Thanks")
    return imported(office, made.row(made.when("price", title="Start"), asks, thanks, made.redirect("sales")))


def words(text: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def moved(editor: Visitor, text: str, page: str, **typed: str) -> str:
    """The page after that move: the form of the moves, with what was typed."""
    form = next(form for form in forms_on(text) if ("next", typed["next"]) in form.buttons)
    answer = editor.client.post(page, data=form.sent(**typed))
    assert answer.status_code == 200
    return answer.text


def test_a_message_is_tried_and_answered_until_the_end(office: Flask, editor: Visitor, asking: int) -> None:
    page = f"/workflows/{asking}/try"
    first = editor.text(page)
    assert occasion_of(first).values["content"] == "price"
    tried = send(editor, page, "/try", name="Leila").text
    assert "Nothing was sent" in tried
    assert "Your e-mail?" in tried
    wrong = moved(editor, tried, page, next="answer", answer="no")
    assert "The customer wrote “no”" in words(wrong)
    done = moved(editor, wrong, page, next="answer", answer="a@b.com")
    assert "Thanks, Leila: a@b.com" in done
    assert "Sales" in words(done)
    assert "What happens next?" not in done
    back = moved(editor, done, page, next="back")
    assert "Thanks, Leila" not in back
    with office.app_context():
        assert db.session.query(Execution).count() == 0


def occasion_of(text: str) -> Form:
    return next(form for form in forms_on(text) if "event_type" in form.options)


def test_why_it_would_not_start(editor: Visitor, asking: int) -> None:
    text = words(send(editor, f"/workflows/{asking}/try", "/try", content="hello").text)
    assert "It would not start" in text
    assert "no keyword is in the message Expected price Found “ hello ”" in text


@pytest.mark.parametrize(
    ("typed", "at_field"),
    [
        ({"content": "x" * 4_001}, "content"),
        ({"content": "a\0b"}, "content"),
        ({"tags": "x" * 101}, "tags"),
        ({"at": "yesterday"}, "at"),
        ({"at": "9998-12-31T00:00"}, "at"),
        ({"event_type": "SCHEDULED"}, "event_type"),
        ({"channel": "pigeon"}, "channel"),
        ({"conversation_id": "nobody"}, "conversation_id"),
        ({"name": "x" * 201}, "name"),
    ],
)
def test_p29_what_cannot_be_tried_is_told_and_stays(
    editor: Visitor, asking: int, typed: dict[str, str], at_field: str
) -> None:
    answer = send(editor, f"/workflows/{asking}/try", "/try", **typed)
    assert answer.status_code == 422
    assert f'id="{at_field}-error"' in answer.text
    if at_field in ("tags", "at", "name"):
        assert occasion_of(answer.text).values[at_field] == typed[at_field]


@pytest.mark.parametrize(
    "moves",
    [["nonsense"], ["true:" + "9" * 5_000 + ":"], ["answer:0:" + "x" * 9_000], ["time::"] * 300, ["answer:0:\0"]],
)
def test_p29_moves_that_nobody_could_make_do_no_harm(editor: Visitor, asking: int, moves: list[str]) -> None:
    page = f"/workflows/{asking}/try"
    sent = occasion_of(editor.text(page)).sent()
    sent.setlist("move", moves)
    sent["next"] = "time"
    assert editor.client.post(page, data=sent).status_code == 200


@pytest.mark.parametrize("answer", ["", "x" * 4_001, "a\0"])
def test_p29_an_answer_that_cannot_be_is_told_and_what_happened_before_stays(
    editor: Visitor, asking: int, answer: str
) -> None:
    page = f"/workflows/{asking}/try"
    wrong = moved(editor, send(editor, page, "/try").text, page, next="answer", answer="no")
    form = next(form for form in forms_on(wrong) if ("next", "answer") in form.buttons)
    assert form.values["answer"] == ""
    refused = editor.client.post(page, data=form.sent(next="answer", answer=answer))
    assert refused.status_code == 422
    assert 'id="answer-error"' in refused.text
    assert "The customer wrote “no”" in words(refused.text)


def test_a_real_conversation_is_chosen_from_the_last_ones(office: Flask, editor: Visitor, asking: int) -> None:
    with office.app_context():
        conversation_id = scenes.begin("web")
    page = f"/workflows/{asking}/try"
    assert conversation_id in occasion_of(editor.text(page)).options["conversation_id"]
    text = send(editor, page, "/try", conversation_id=conversation_id).text
    assert "Your e-mail?" in text
    with office.app_context():
        assert scenes.messages(conversation_id, "customer") == []


def test_a_draft_that_cannot_be_published_yet_is_tried_and_says_so(office: Flask, editor: Visitor) -> None:
    workflow_id = imported(office, made.row(made.when("price"), made.redirect("")))
    text = send(editor, f"/workflows/{workflow_id}/try", "/try").text
    assert "cannot be published yet: 1 thing to do" in words(text)
    assert "this release does not know the destination" in text


def test_markup_that_somebody_tries_stays_text(office: Flask, editor: Visitor) -> None:
    evil = "<script>alert(1)</script>"
    document = made.row(made.when("", title=evil), made.send(evil + "{{event.data.content}}"))
    workflow_id = imported(office, document)
    text = send(editor, f"/workflows/{workflow_id}/try", "/try", content=evil, name=evil, tags=evil).text
    assert evil not in text


def test_it_is_for_operators_and_changes_no_draft(office: Flask, editor: Visitor, reader: Visitor, asking: int) -> None:
    page = f"/workflows/{asking}/try"
    assert reader.get(page).status_code == 403
    assert reader.post(page, {}, "/workflows").status_code == 403
    assert editor.client.post(page, data={}).status_code == 400
    assert send(editor, page, "/try").status_code == 200
    assert workflow_at(office, asking).revision == 1


def test_a_live_workflow_of_the_same_words_is_left_out(office: Flask, editor: Visitor, asking: int) -> None:
    with office.app_context():
        workflows.activate(asking, AUTHOR)
    text = send(editor, f"/workflows/{asking}/try", "/try").text
    assert "Your e-mail?" in text


def test_y6_the_queries_do_not_grow_with_the_draft(office: Flask, editor: Visitor) -> None:
    counts = []
    for nodes in (3, 40):
        steps = [made.send("Hi", f"S{n}") for n in range(nodes)]
        workflow_id = imported(office, made.row(made.when("price"), *steps))
        page = f"/workflows/{workflow_id}/try"
        form = occasion_of(editor.text(page))
        with counting() as counted:
            assert editor.client.post(page, data=form.sent()).status_code == 200
        counts.append(len(set(counted.statements)))
    assert counts[0] == counts[1]
