"""Who owns a conversation: every row of the table, by every route from outside."""

from collections.abc import Callable

import pytest

from tests.contract.client import Client, State, facts, path
from tests.contract.destinations import DESTINATIONS
from tests.contract.documents import Document, action, by_hand, control, set_status, tag, unique
from tests.contract.routes import AI_OWNS, ROUTES, Route, by_api, by_command, by_trigger, closed, marketing

PEOPLE = [value for value, _ in DESTINATIONS if value != "ai"]


def test_a_new_conversation_belongs_to_the_ai(fiko: Client) -> None:
    conversation = fiko.conversation()
    assert fiko.state(conversation) == State(*AI_OWNS, 1)
    assert fiko.show(conversation)["ai_may_reply"] is True


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("destination", PEOPLE)
def test_p01_a_redirect_to_people(fiko: Client, route: Route, destination: str) -> None:
    conversation = fiko.conversation()
    route(fiko, conversation, destination)
    assert fiko.state(conversation) == State("support_active", False, destination, 2)
    assert fiko.show(conversation)["ai_may_reply"] is False


@pytest.mark.parametrize("route", ROUTES)
def test_p01_a_redirect_to_the_ai(fiko: Client, route: Route) -> None:
    conversation = fiko.at("sales")
    route(fiko, conversation, "ai")
    assert fiko.state(conversation) == State(*AI_OWNS, 3)
    assert fiko.show(conversation)["ai_may_reply"] is True


@pytest.mark.parametrize("destination", [value for value, _ in DESTINATIONS])
def test_a_redirect_answers_with_the_conversation(fiko: Client, destination: str) -> None:
    conversation = fiko.at("billing" if destination != "billing" else "general")
    assert facts(fiko.redirect(conversation, destination)) == facts(fiko.show(conversation))


def test_a_redirect_from_people_to_people(fiko: Client) -> None:
    conversation = fiko.at("sales")
    fiko.redirect(conversation, "billing")
    assert fiko.state(conversation) == State("support_active", False, "billing", 3)


def test_transfer_to_human_is_a_redirect_to_support(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.run(by_hand(action("transfer_to_human")), conversation)
    assert fiko.state(conversation) == State("support_active", False, "support", 2)


# What set_conversation_status makes of a conversation that was with the AI, or with sales.
STATUSES: list[tuple[str, str, tuple[str, bool, str]]] = [
    ("ai", "support_active", ("support_active", False, "support")),
    ("ai", "marketing_active", ("marketing_active", False, "ai")),
    ("ai", "closed", ("closed", False, "ai")),
    ("sales", "active", AI_OWNS),
    ("sales", "support_active", ("support_active", False, "support")),
    ("sales", "marketing_active", ("marketing_active", False, "sales")),
    ("sales", "closed", ("closed", False, "sales")),
]


@pytest.mark.parametrize(("start", "status", "after"), STATUSES)
def test_a_status_set(fiko: Client, start: str, status: str, after: tuple[str, bool, str]) -> None:
    conversation = fiko.at(start)
    epoch = fiko.state(conversation).epoch
    execution = fiko.run(by_hand(set_status(status)), conversation)
    assert path(execution)[-1] == ("Status", "changed")
    assert fiko.state(conversation) == State(*after, epoch + 1)


@pytest.mark.parametrize("status", ["active", "marketing_active", "closed"])
def test_a_status_that_is_already_so(fiko: Client, status: str) -> None:
    conversation = fiko.conversation()
    workflow = fiko.live(by_hand(set_status(status)))
    fiko.trigger(workflow, conversation)
    before = fiko.state(conversation)
    assert path(fiko.trigger(workflow, conversation))[-1] == ("Status", "already")
    assert fiko.state(conversation) == before


def operator_replies(fiko: Client, conversation: str) -> None:
    fiko.reply(conversation)


def operator_writes_elsewhere(fiko: Client, conversation: str) -> None:
    data = {"content": "I take this", "sender": "operator", "message_id": unique("m")}
    fiko.event(conversation, "MESSAGE_SENT", data)


REPLIES = [operator_replies, operator_writes_elsewhere]


@pytest.mark.parametrize("reply", REPLIES)
def test_p08_any_human_word_takes_over_from_the_ai(fiko: Client, reply: Callable[..., None]) -> None:
    conversation = fiko.conversation()
    reply(fiko, conversation)
    assert fiko.state(conversation) == State("support_active", False, "support", 2)


@pytest.mark.parametrize("reply", REPLIES)
@pytest.mark.parametrize("start", [closed, marketing])
def test_p08_and_from_a_campaign_and_from_nobody(
    fiko: Client, start: Callable[[Client], str], reply: Callable[..., None]
) -> None:
    conversation = start(fiko)
    reply(fiko, conversation)
    assert fiko.state(conversation) == State("support_active", False, "support", 3)


@pytest.mark.parametrize("reply", REPLIES)
def test_a_reply_where_people_are_changes_no_owner(fiko: Client, reply: Callable[..., None]) -> None:
    conversation = fiko.at("sales")
    before = fiko.state(conversation)
    reply(fiko, conversation)
    assert fiko.state(conversation) == before


def test_a_note_takes_nothing_over(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.reply(conversation, "he is angry", note=True)
    assert fiko.state(conversation) == State(*AI_OWNS, 1)


def test_silencing_the_ai_and_letting_it_speak(fiko: Client) -> None:
    conversation = fiko.conversation()
    for verb, enabled, epoch in (("disable", False, 2), ("enable", True, 3)):
        assert path(fiko.run(by_hand(control(verb)), conversation))[-1] == ("Control", "changed")
        assert fiko.state(conversation) == State("active", enabled, "ai", epoch)
        assert fiko.show(conversation)["ai_may_reply"] is enabled


@pytest.mark.parametrize("start", ["ai", "sales"])
def test_a_flag_that_is_already_so(fiko: Client, start: str) -> None:
    conversation = fiko.at(start)
    before = fiko.state(conversation)
    verb = "enable" if start == "ai" else "disable"
    assert path(fiko.run(by_hand(control(verb)), conversation))[-1] == ("Control", "already")
    assert fiko.state(conversation) == before


@pytest.mark.parametrize("start", [lambda fiko: fiko.at("sales"), closed, marketing])
def test_p01_the_flag_goes_on_only_in_active(fiko: Client, start: Callable[[Client], str]) -> None:
    conversation = start(fiko)
    before = fiko.state(conversation)
    execution = fiko.run(by_hand(control("enable")), conversation)
    assert path(execution)[-1] == ("Control", "failed(conversation is not active)")
    assert fiko.state(conversation) == before


def test_a_redirect_to_the_ai_ends_its_silence(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.run(by_hand(control("disable")), conversation)
    fiko.redirect(conversation, "ai")
    assert fiko.state(conversation) == State(*AI_OWNS, 3)


def test_a_customer_reopens_a_closed_conversation(fiko: Client) -> None:
    conversation = closed(fiko)
    assert fiko.state(conversation) == State("closed", False, "ai", 2)
    fiko.say(conversation, "are you there?")
    assert fiko.state(conversation) == State(*AI_OWNS, 3)


@pytest.mark.parametrize("route", [by_api, by_trigger, by_command])
@pytest.mark.parametrize("destination", ["ai", "technical"])
def test_a_redirect_reopens_a_closed_conversation(fiko: Client, route: Route, destination: str) -> None:
    conversation = closed(fiko)
    route(fiko, conversation, destination)
    assert fiko.state(conversation).destination == destination
    assert fiko.state(conversation).status == ("active" if destination == "ai" else "support_active")


# What leaves the owner alone: no new epoch.
HARMLESS: list[tuple[str, Document]] = [
    ("custom_prompt", control("custom_prompt", ai_custom_prompt="Be brief")),
    ("reset_context", control("reset_context")),
    ("update_ai_context", action("update_ai_context", ai_context_data={"plan": "gold"})),
    ("add_tag", tag("seen")),
]


@pytest.mark.parametrize("start", ["ai", "sales"])
@pytest.mark.parametrize("harmless", [n for _, n in HARMLESS], ids=[name for name, _ in HARMLESS])
def test_p06_what_changes_no_owner(fiko: Client, harmless: Document, start: str) -> None:
    conversation = fiko.at(start)
    before = fiko.state(conversation)
    assert fiko.run(by_hand(harmless), conversation)["status"] == "COMPLETED"
    assert fiko.state(conversation) == before


def test_p06_a_failed_workflow_changes_no_owner(fiko: Client) -> None:
    conversation = fiko.at("sales")
    before = fiko.state(conversation)
    assert fiko.run(by_hand(control("enable")), conversation)["status"] == "FAILED"
    assert fiko.state(conversation) == before
