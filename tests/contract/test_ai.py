"""When the AI answers. The built-in assistant speaks: no language model is configured."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.contract.client import Client, outcome, path
from tests.contract.documents import (
    Document,
    by_hand,
    condition,
    connection,
    control,
    document,
    note,
    redirect,
    row,
    sample,
    send,
    set_status,
    tag,
    unique,
    when,
)

NO_MODEL = "no language model is configured"


def title_of(node: Document) -> str:
    return str(node["title"])


def test_p10_one_answer_to_a_message(fiko: Client) -> None:
    conversation = fiko.conversation()
    assert fiko.say(conversation, "hello")["ai_reply"] == "queued"
    fiko.answered(conversation)
    (answer,) = fiko.messages(conversation, "AI")
    assert answer["content"].strip()
    assert answer["superseded"] is False


def test_the_next_message_gets_the_next_answer(fiko: Client) -> None:
    conversation = fiko.conversation()
    for times in (1, 2):
        assert fiko.say(conversation, "hello")["ai_reply"] == "queued"
        fiko.answered(conversation, times)


@pytest.mark.parametrize("source", ["telegram", "instagram", "web", "api", "test"])
def test_p09_on_every_channel(fiko: Client, source: str) -> None:
    conversation = fiko.conversation(source)
    assert fiko.say(conversation, "hello")["ai_reply"] == "queued"
    fiko.redirect(conversation, "support")
    assert fiko.say(conversation, "hello?")["ai_reply"] == "none"


FORMS: list[Document] = [{}, {"type": "button", "payload": "yes"}, {"type": "image", "url": "x.png"}]


@pytest.mark.parametrize("form", FORMS)
def test_p09_in_every_form(fiko: Client, form: Document) -> None:
    with_ai, with_people = fiko.conversation(), fiko.at("sales")
    data = {"content": "yes"} | form
    assert fiko.event(with_ai, "MESSAGE_RECEIVED", data)["ai_reply"] == "queued"
    assert fiko.event(with_people, "MESSAGE_RECEIVED", data)["ai_reply"] == "none"


PERSIAN = re.compile("[\u0600-\u06ff]")


@pytest.mark.parametrize("question", ["What does the moon smell of?", "ماه چه بویی می‌دهد؟"])
def test_it_answers_in_the_customers_language(fiko: Client, question: str) -> None:
    # Nobody has told it: it says so, in whatever words.
    conversation = fiko.conversation()
    fiko.say(conversation, question)
    (answer,) = fiko.answered(conversation)
    assert bool(PERSIAN.search(answer)) is bool(PERSIAN.search(question))


def test_p02_silent_while_people_own_it(fiko: Client) -> None:
    conversation = fiko.at("technical")
    for content in ("hello", "anybody?", "hello!"):
        assert fiko.say(conversation, content)["ai_reply"] == "none"
    fiko.settle()
    assert fiko.messages(conversation, "AI") == []


def silenced(fiko: Client, conversation: str) -> None:
    fiko.run(by_hand(control("disable")), conversation)


def in_campaign(fiko: Client, conversation: str) -> None:
    fiko.run(by_hand(set_status("marketing_active")), conversation)


def taken_over(fiko: Client, conversation: str) -> None:
    fiko.reply(conversation)


@pytest.mark.parametrize("change", [silenced, in_campaign, taken_over])
def test_p07_silent_until_something_brings_it_back(fiko: Client, change: Callable[..., None]) -> None:
    conversation = fiko.conversation()
    change(fiko, conversation)
    assert fiko.show(conversation)["ai_may_reply"] is False
    assert fiko.say(conversation, "hello")["ai_reply"] == "none"
    fiko.settle()
    assert fiko.messages(conversation, "AI") == []
    fiko.redirect(conversation, "ai")
    fiko.answered(conversation)


@pytest.mark.parametrize("by", ["api", "workflow", "command"])
def test_p10_a_redirect_to_the_ai_answers_the_whole_stretch_once(fiko: Client, by: str) -> None:
    conversation = fiko.at("support")
    for content in ("hello", "are you there?"):
        fiko.say(conversation, content)
    if by == "api":
        fiko.redirect(conversation, "ai")
    elif by == "workflow":
        fiko.run(by_hand(redirect("ai")), conversation)
    else:
        fiko.command("conversation", "redirect", conversation, "ai")
    fiko.answered(conversation)


def test_p10_with_nothing_unanswered_it_says_nothing(fiko: Client) -> None:
    conversation = fiko.at("support")
    fiko.say(conversation, "hello")
    fiko.reply(conversation, "Hello, solved.")
    fiko.redirect(conversation, "ai")
    fiko.settle()
    assert fiko.messages(conversation, "AI") == []


def test_p10_redirected_again_it_does_not_repeat_itself(fiko: Client) -> None:
    conversation = fiko.at("support")
    fiko.say(conversation, "hello")
    for _ in range(3):
        fiko.redirect(conversation, "ai")
    fiko.answered(conversation)
    fiko.redirect(conversation, "ai")
    fiko.answered(conversation)


@pytest.mark.parametrize("kind", ["note", "workflow message", "workflow note"])
def test_p10_what_is_no_answer(fiko: Client, kind: str) -> None:
    conversation = fiko.at("support")
    fiko.say(conversation, "hello")
    if kind == "note":
        fiko.reply(conversation, "check his account", note=True)
    else:
        fiko.run(by_hand(send("One moment") if kind == "workflow message" else note("odd")), conversation)
    fiko.redirect(conversation, "ai")
    fiko.answered(conversation)


def test_a_workflow_that_reacts_with_a_message_answers_for_it(fiko: Client) -> None:
    keyword, conversation = unique("key"), fiko.conversation()
    fiko.live(row(when(keyword), send("Here is the price list")))
    assert fiko.say(conversation, keyword)["ai_reply"] == "none"
    fiko.settle()
    assert fiko.messages(conversation, "AI") == []
    assert fiko.say(conversation, "thanks")["ai_reply"] == "queued"
    fiko.answered(conversation)


@pytest.mark.parametrize("silent", [tag("seen"), note("odd"), redirect("ai")], ids=title_of)
def test_a_workflow_that_reacts_without_one_does_not(fiko: Client, silent: Document) -> None:
    keyword, conversation = unique("key"), fiko.conversation()
    fiko.live(row(when(keyword), silent))
    assert fiko.say(conversation, keyword)["ai_reply"] == "queued"
    fiko.answered(conversation)


@pytest.mark.parametrize("destination", ["support", "general"])
def test_a_workflow_that_redirects_to_people_silences(fiko: Client, destination: str) -> None:
    keyword, conversation = unique("key"), fiko.conversation()
    fiko.live(row(when(keyword), redirect(destination)))
    assert fiko.say(conversation, keyword)["ai_reply"] == "none"
    fiko.settle()
    assert fiko.messages(conversation, "AI") == []


def test_a_workflow_that_redirects_to_the_ai_makes_it_answer(fiko: Client) -> None:
    keyword, conversation = unique("key"), fiko.at("sales")
    fiko.live(row(when(keyword), redirect("ai")))
    assert fiko.say(conversation, keyword)["ai_reply"] == "queued"
    fiko.answered(conversation)


def test_p07_a_customer_who_reopens_is_answered(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.run(by_hand(set_status("closed")), conversation)
    assert fiko.say(conversation, "one more thing")["ai_reply"] == "queued"
    fiko.answered(conversation)


def test_p02_no_answer_after_people_took_over(fiko: Client) -> None:
    conversation = fiko.conversation()
    for turn in range(10):
        fiko.redirect(conversation, "ai")
        fiko.say(conversation, f"question {turn}")
        fiko.reply(conversation, f"answer {turn}")
        told = len(fiko.answers(conversation))
        fiko.say(conversation, "and?")
        assert len(fiko.answers(conversation)) == told
        fiko.reply(conversation, "that is all")
    fiko.settle()
    assert len(fiko.answers(conversation)) <= 10


def asks_the_model() -> Document:
    return {"type": "ai", "value": "", "prompt": "Does the customer ask for a person? true or false"}


def ai_condition_workflow(*starts: Document) -> Document:
    start, asked = starts[0], condition(asks_the_model())
    yes, no = redirect("sales", "Yes"), redirect("billing", "No")
    ways = [connection(start, asked), connection(asked, yes), connection(asked, no, "failure")]
    return document([start, asked, yes, no], ways)


def test_an_ai_condition_without_a_model_takes_failure(fiko: Client) -> None:
    keyword, conversation = unique("key"), fiko.conversation()
    fiko.live(ai_condition_workflow(when(keyword)))
    (execution,) = fiko.say(conversation, keyword)["executions"]
    steps = fiko.ended(execution)["steps"]
    assert [step["title"] for step in steps] == ["When", "Condition", "No"]
    assert outcome(steps[1]) in ("passed", f"failed({NO_MODEL})")
    assert NO_MODEL in str(steps[1])
    assert fiko.state(conversation).destination == "billing"


@pytest.fixture
def human_support(fiko: Client) -> Any:
    """The real workflow of that name, live; its keywords are everyday words, so it is paused afterwards."""
    workflow = fiko.live(sample("en_2_redirect_to_human_support"))
    yield workflow
    fiko.post(f"/workflows/{workflow}/pause")


@pytest.mark.parametrize("start", ["ai", "support"])
def test_the_human_support_sample_runs(fiko: Client, human_support: str, start: str) -> None:
    conversation = fiko.at(start)
    execution = fiko.ended(fiko.say(conversation, "I need HELP")["executions"][0])
    assert execution["workflow_id"] == human_support
    assert path(execution)[-1] == ("Redirect to AI", "already" if start == "ai" else "changed")
    assert fiko.state(conversation)[:3] == ("active", True, "ai")
    fiko.answered(conversation)
