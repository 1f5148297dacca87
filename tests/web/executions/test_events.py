"""The page of an event: what it started, and why each other workflow did not start."""

from flask import Flask

from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.running import execution_at, live, newest
from tests.web.talking import begun


def test_p15_an_event_says_why_each_other_workflow_did_not_start(office: Flask, reader: Visitor) -> None:
    word, other = made.unique("yes"), made.unique("no")
    started = live(office, made.row(made.when(word), made.send("Hi"), name="Started"))
    live(office, made.row(made.when(other), made.send("Hi"), name="Other words"))
    live(office, made.row(made.when(word, tags=["gold"]), made.send("Hi"), name="Other tags"))
    live(office, made.row(made.when(word, channels=["telegram"]), made.send("Hi"), name="Other channel"))
    live(office, made.row(made.when(when_type="new_customer"), made.send("Hi"), name="Other event"))
    begun(office, word)
    execution = newest(office, started)
    page = reader.text(f"/events/{execution.event_id}")
    begins, others = page.split("Why the others did not start</h2>")
    assert f'href="/executions/{execution.id}"' in begins
    for name, reason, expected, found in (
        ("Other words", "no keyword is in the message", other, word),
        ("Other tags", "the customer lacks a tag", "gold", "empty"),
        ("Other channel", "another channel", "Telegram", "Test"),
        ("Other event", "it starts on other events", "A new customer", "Message received"),
    ):
        part = others[others.index(name) :]
        places = [part.index(each) for each in (reason, expected, found)]
        assert places == sorted(places), name


def test_one_that_a_limit_held_back_says_which(office: Flask, reader: Visitor) -> None:
    word = made.unique("once")
    workflow_id = live(office, made.row(made.when(word), made.send("Hi"), max_executions=1))
    begun(office, word, word)
    held_back = newest(office, workflow_id)
    assert held_back.status == "SKIPPED"
    page = reader.text(f"/events/{held_back.event_id}")
    assert "the customer has had the most executions of this workflow" in page


def test_an_event_by_hand_asked_no_other_workflow(office: Flask, forked: int, reader: Visitor) -> None:
    page = reader.text(f"/events/{execution_at(office, forked).event_id}")
    assert "Somebody ran one workflow by hand" in page


def test_a_message_leads_to_its_event(office: Flask, reader: Visitor) -> None:
    word = made.unique("talk")
    workflow_id = live(office, made.row(made.when(word), made.send("Hi")))
    conversation_id = begun(office, word)
    execution = newest(office, workflow_id)
    page = reader.text(f"/conversations/{conversation_id}")
    link = page[page.index(f"/conversations/{conversation_id}/messages/") :].partition('"')[0]
    assert reader.get(link).location == f"/events/{execution.event_id}"
    assert reader.get(f"/conversations/{conversation_id}/messages/999999/event").status_code == 404


def test_an_answer_says_which_execution_took_it(office: Flask, reader: Visitor) -> None:
    word = made.unique("ask")
    ask = made.node("waiting", "Ask", customer_message="Your name?", storage_type="text", allowed_errors=3)
    execution_at_work = live(office, made.row(made.when(word), ask))
    conversation_id = begun(office, word, "Leila")
    execution = newest(office, execution_at_work)
    page = reader.text(f"/conversations/{conversation_id}")
    links = [part.partition('"')[0] for part in page.split(f"/conversations/{conversation_id}/messages/")[1:]]
    event = reader.get(f"/conversations/{conversation_id}/messages/{links[-1]}").location
    assert event
    assert "It was taken as the answer to a question" in reader.text(event)
    assert f'href="/executions/{execution.id}"' in reader.text(event)
    assert "Leila" in reader.text(f"/executions/{execution.id}")
