"""Waiting nodes: what is asked, what is an answer, and that exactly one of answer, exit and silence is taken.

On SQLite and PostgreSQL where rows are raced for (`inside_any`); what one transaction decides is the same code on both.
"""

from typing import Any

import pytest
from flask import Flask

from fikoadmin.extensions import db, transaction
from fikoadmin.models.events import Event
from fikoadmin.models.executions import Execution
from fikoadmin.models.jobs import END_WAIT, Job
from fikoadmin.models.waits import Wait
from fikoadmin.services import conversations, waits
from tests.contract.documents import (
    Document,
    condition,
    connection,
    document,
    field,
    in_a_row,
    node,
    redirect,
    row,
    send,
    tag,
    when,
)
from tests.scenes import ACTOR, begin, executions, fresh, let_time_pass, live, messages, outcomes, say

QUESTION = "Your e-mail?"


def ask(storage_type: str = "text", **fields: Any) -> Document:
    own = {"customer_message": QUESTION, "error_message": "Once more, please", "allowed_errors": 3}
    own |= {"response_timeout_amount": 30, "response_timeout_unit": "minutes"}
    return node("waiting", "Ask", storage_type=storage_type, **(own | fields))


def asking(question: Document, **ways: Document) -> Document:
    """A workflow that asks, and follows each connection named to its node."""
    start = when("ask me")
    lines = [connection(start, question), *(connection(question, end, way) for way, end in ways.items())]
    return document([start, question, *ways.values()], lines)


def asked(question: Document, **ways: Document) -> str:
    """A conversation in which such a workflow waits for the answer."""
    live(asking(question, **ways))
    conversation = begin()
    say(conversation, "please ask me")
    assert messages(conversation, "marketing") == [QUESTION]
    return conversation


def execution(conversation: str) -> Execution:
    db.session.rollback()
    return executions(conversation)[0]


def test_p06_while_it_waits_the_ai_is_held_back_by_derivation_only(inside: Flask) -> None:
    conversation = asked(ask(), success=send("Thank you"))
    found = fresh(conversation)
    assert (found.status, found.ai_enabled, found.ai_may_reply, found.epoch) == ("active", True, False, 1)
    assert execution(conversation).status == "WAITING"
    say(conversation, "Ada")
    assert fresh(conversation).ai_may_reply
    assert execution(conversation).status == "COMPLETED"


def test_a_valid_answer_is_kept_for_later_nodes_and_consumed(inside: Flask) -> None:
    question = ask("email")
    by_name = send("Noted {{answers.Ask}}", "By name")
    document_ = asking(question, success=by_name)
    by_id = send("and {{user_response_" + question["id"] + "}}", "By id")
    document_["nodes"].append(by_id)
    document_["connections"].append(connection(by_name, by_id))
    live(document_)
    live(row(when("@"), tag("wrong")))
    conversation = begin()
    say(conversation, "ask me")
    receipt = say(conversation, " ada@example.org ")
    assert (receipt.executions, receipt.ai_reply) == ([], "none")
    assert messages(conversation, "marketing") == [QUESTION, "Noted ada@example.org", "and ada@example.org"]
    customer = fresh(conversation).customer
    assert (customer.email, customer.tags) == ("ada@example.org", [])
    assert outcomes(execution(conversation))["Ask"] == "passed"


ANSWERS = [
    ("text", "  Ada ", "Ada"),
    ("email", "ADA@Example.org", "ADA@example.org"),
    ("phone", "۰۹۱۲ ۱۲۳-۴۵۶۷", "09121234567"),
    ("phone", "+44 (20) 7946 0018", "+442079460018"),
    ("number", "۱۲٫۵", "12.5"),
    ("number", "1,200", "1200"),
    ("date", "2026/3/21", "2026-03-21"),
    ("date", "۱۴۰۵/۱/۱", "2026-03-21"),
    ("choice", "بلی", "بلي"),
    ("choice", "2", "No"),
]


@pytest.mark.parametrize(("storage_type", "said", "kept"), ANSWERS)
def test_answers_of_each_type(inside: Flask, storage_type: str, said: str, kept: str) -> None:
    question = ask(storage_type, choice_options=["بلي", "No"])
    conversation = asked(question, success=send("{{answers.Ask}}"), failure=send("failed"))
    say(conversation, said)
    assert messages(conversation, "marketing")[-1] == kept


@pytest.mark.parametrize(("said", "kept"), [("1", "1"), ("۳", "3"), ("2", "2")])
def test_an_option_that_is_a_number_is_meant_by_its_words(inside: Flask, said: str, kept: str) -> None:
    conversation = asked(ask("choice", choice_options=["3", "2", "1"]), success=send("{{answers.Ask}}"))
    say(conversation, said)
    assert messages(conversation, "marketing")[-1] == kept


@pytest.mark.parametrize("title", ["Ask ", " Ask", " What, e.g. today? "])
def test_an_answer_is_found_by_a_title_with_spaces_around(inside: Flask, title: str) -> None:
    told = send("Noted {{answers." + title + "}}")
    conversation = asked({**ask(), "title": title}, success=told)
    say(conversation, "Ada")
    assert messages(conversation, "marketing")[-1] == "Noted Ada"


def test_an_unknown_name_in_question_or_error_message_is_told(inside: Flask) -> None:
    texts = {"customer_message": QUESTION + "{{user.hat}}", "error_message": "Again{{user.shoe}}"}
    conversation = asked(ask("email", **texts), success=send("ok"))
    say(conversation, "no address")
    assert execution(conversation).steps[1].data["unknown_names"] == ["user.hat", "user.shoe"]


def test_an_email_address_and_a_phone_number_are_stored_on_the_customer(inside: Flask) -> None:
    conversation = asked(ask("phone"), success=send("ok"))
    say(conversation, "0912 123 4567")
    assert fresh(conversation).customer.phone_number == "09121234567"


WRONG = [
    ("email", "ada at example"),
    ("email", "a@b@c.org"),
    ("phone", "12"),
    ("phone", "call me"),
    ("number", "seven"),
    ("number", "1e400"),
    ("date", "1405/13/01"),
    ("date", "2026-02-30"),
    ("date", "tomorrow"),
    ("choice", "3"),
    ("text", "   "),
]


@pytest.mark.parametrize(("storage_type", "said"), WRONG)
def test_the_last_wrong_answer_allowed_takes_failure(inside: Flask, storage_type: str, said: str) -> None:
    question = ask(storage_type, allowed_errors=2, choice_options=["Yes", "No"])
    conversation = asked(question, success=send("right"), failure=send("given up"))
    say(conversation, said)
    assert messages(conversation, "marketing") == [QUESTION, "Once more, please"]
    assert execution(conversation).status == "WAITING"
    say(conversation, said)
    assert messages(conversation, "marketing") == [QUESTION, "Once more, please", "given up"]
    step = execution(conversation).steps[1]
    assert (step.outcome, step.reason, step.connection) == ("failed", "too many wrong answers", "failure")


def test_a_wrong_answer_is_consumed_too(inside: Flask) -> None:
    live(row(when("seven"), tag("wrong")))
    conversation = asked(ask("number"), success=send("right"))
    assert say(conversation, "seven").executions == []
    assert fresh(conversation).customer.tags == []
    say(conversation, "7")
    assert messages(conversation, "marketing")[-1] == "right"


@pytest.mark.parametrize("way", ["skip", "failure"])
def test_a_word_of_exit_takes_skip_or_failure(inside: Flask, way: str) -> None:
    conversation = asked(ask(exit_keywords=["ول‌کن", "stop"]), success=send("right"), **{way: send("as you like")})
    say(conversation, " STOP ")
    assert messages(conversation, "marketing")[-1] == "as you like"
    step = execution(conversation).steps[1]
    assert (step.outcome, step.reason, step.connection) == ("skipped", "the customer did not want to answer", way)


def test_a_word_of_exit_without_a_way_ends_the_branch(inside: Flask) -> None:
    conversation = asked(ask(exit_keywords=["stop"]), success=send("right"))
    say(conversation, "stop")
    assert execution(conversation).status == "COMPLETED"


@pytest.mark.parametrize("way", ["timeout", "failure"])
def test_p16_silence_takes_timeout_or_failure(inside_any: Flask, way: str) -> None:
    conversation = asked(ask(), success=send("right"), **{way: redirect("support")})
    let_time_pass()
    found = fresh(conversation)
    assert (found.status, found.destination, found.awaited_answers) == ("support_active", "support", 0)
    assert (execution(conversation).status, execution(conversation).steps[1].connection) == ("COMPLETED", way)
    say(conversation, "too late")
    assert "right" not in messages(conversation, "marketing")


def test_silence_without_a_way_fails_with_its_reason(inside: Flask) -> None:
    conversation = asked(ask(), success=send("right"))
    let_time_pass()
    found = execution(conversation)
    assert (found.status, found.reason) == ("FAILED", "no answer in time")


def test_without_a_time_limit_nothing_is_due(inside: Flask) -> None:
    conversation = asked(ask(response_time_limit_enabled=False), success=send("right"))
    assert Job.open_of(END_WAIT, open_wait(conversation).id) == []
    let_time_pass()
    say(conversation, "late, and heard")
    assert messages(conversation, "marketing")[-1] == "right"


def open_wait(conversation: str) -> Wait:
    return Wait.open_answers(conversation)[0]


def test_p16_an_ended_wait_is_ended_by_nobody_else(inside_any: Flask) -> None:
    conversation = asked(ask(), success=send("right"), timeout=send("late"))
    wait = open_wait(conversation)
    say(conversation, "Ada")
    with transaction():
        found = waits.find_open(wait.id)
        assert found is None
        assert not wait.end("timeout")
    let_time_pass()
    assert messages(conversation, "marketing") == [QUESTION, "right"]


def test_the_question_asked_last_takes_the_answer(inside: Flask) -> None:
    live(row(when("go"), ask(customer_message="First?"), send("first: {{answers.Ask}}")))
    live(row(when("go"), ask(customer_message="Second?"), send("second: {{answers.Ask}}")))
    conversation = begin()
    say(conversation, "go")
    say(conversation, "two")
    assert not fresh(conversation).ai_may_reply
    say(conversation, "one")
    assert messages(conversation, "marketing") == ["First?", "Second?", "second: two", "first: one"]
    assert fresh(conversation).ai_may_reply


def test_p03_a_change_of_owner_by_anyone_else_cancels_the_wait(inside_any: Flask) -> None:
    conversation = asked(ask(), success=send("right"))
    conversations.redirect(conversation, "sales", ACTOR)
    found = execution(conversation)
    assert (found.status, found.reason, fresh(conversation).awaited_answers) == ("CANCELLED", "owner changed", 0)
    say(conversation, "Ada")
    assert messages(conversation, "marketing") == [QUESTION]
    let_time_pass()


def test_its_own_change_of_owner_does_not_end_its_wait(inside: Flask) -> None:
    start, question, other = when("ask me"), ask(), redirect("billing")
    document_ = document(
        [start, question, other, after := send("right")],
        [connection(start, question), connection(start, other), connection(question, after)],
    )
    live(document_)
    conversation = begin()
    say(conversation, "ask me")
    assert fresh(conversation).status == "support_active"
    say(conversation, "Ada")
    assert messages(conversation, "marketing") == [QUESTION, "right"]


def test_a_branch_that_waits_does_not_lose_its_siblings(inside: Flask) -> None:
    start, question, sibling = when("ask me"), ask(), tag("sibling")
    live(document([start, question, sibling], [connection(start, question), connection(start, sibling)]))
    conversation = begin()
    say(conversation, "ask me")
    assert fresh(conversation).customer.tags == ["sibling"]
    assert execution(conversation).status == "WAITING"
    say(conversation, "Ada")
    assert outcomes(execution(conversation)) == {"When": "passed", "Ask": "passed", "Tag": "changed"}


def test_p20_a_cycle_through_a_wait_runs_until_the_answer_ends_it(inside: Flask) -> None:
    start, question, done = when("ask me"), ask(), condition(field("answers.Ask", "equals", "stop"), title="Done?")
    end = send("bye")
    around = [*in_a_row(start, question, done, end), connection(done, question, "failure")]
    live(document([start, question, done, end], around))
    conversation = begin()
    say(conversation, "ask me")
    for word in ("one", "two", "stop"):
        say(conversation, word)
    assert messages(conversation, "marketing") == [QUESTION] * 3 + ["bye"]
    assert execution(conversation).status == "COMPLETED"


def test_a_choice_offers_its_options_as_buttons(inside: Flask) -> None:
    conversation = asked(ask("choice", choice_options=["Yes", "No"]), success=send("right"))
    shown = execution(conversation).steps[1].data
    assert (shown["content"], shown["buttons"]) == (QUESTION, ["Yes", "No"])


def test_p15_it_can_be_seen_where_the_answer_went(inside: Flask) -> None:
    conversation = asked(ask(), success=send("right"))
    receipt = say(conversation, "Ada")
    event = db.session.get_one(Event, receipt.event_id)
    assert event.snapshot == {"taken_by": execution(conversation).id}


def test_p08_an_operators_word_cancels_the_wait(inside: Flask) -> None:
    conversation = asked(ask(), success=send("right"))
    conversations.reply(conversation, "I take over", ACTOR)
    assert execution(conversation).status == "CANCELLED"
