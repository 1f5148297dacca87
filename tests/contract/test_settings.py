"""Settings of the installation. The contract says what they do; their names are this project's own."""

from collections.abc import Iterator

import pytest

from tests.contract.client import Client, State
from tests.contract.documents import by_hand, redirect, set_status


@pytest.fixture
def people_first(own: Client) -> Iterator[Client]:
    own.setting("first_answer", "people")
    yield own
    own.setting("first_answer", "ai")


@pytest.fixture
def ai_switched_off(own: Client) -> Iterator[Client]:
    own.setting("ai_switch", "off")
    yield own
    own.setting("ai_switch", "on")


@pytest.fixture
def notices(own: Client) -> Iterator[Client]:
    """Every customer is told the same on a redirect to support, whatever their language."""
    names = [f"notice.support.{language}" for language in ("en", "fa")]
    for name in names:
        own.setting(name, "A person will read this")
    yield own
    for name in names:
        own.setting(name, "")


def test_people_first(people_first: Client) -> None:
    conversation = people_first.conversation()
    assert people_first.state(conversation) == State("support_active", False, "support", 1)
    assert people_first.say(conversation, "hello")["ai_reply"] == "none"


def test_people_first_when_a_customer_reopens(people_first: Client) -> None:
    conversation = people_first.conversation()
    people_first.run(by_hand(set_status("closed")), conversation)
    people_first.say(conversation, "hello")
    assert people_first.state(conversation) == State("support_active", False, "support", 3)


def test_the_ai_switch_silences_without_touching_owners(ai_switched_off: Client) -> None:
    conversation = ai_switched_off.conversation()
    assert ai_switched_off.say(conversation, "hello")["ai_reply"] == "none"
    assert ai_switched_off.state(conversation) == State("active", True, "ai", 1)
    assert ai_switched_off.show(conversation)["ai_may_reply"] is False


@pytest.mark.parametrize("by", ["api", "workflow"])
def test_p11_one_notice_per_change_of_owner(notices: Client, by: str) -> None:
    conversation, workflow = notices.conversation(), notices.live(by_hand(redirect("support")))
    for _ in range(3):
        if by == "api":
            notices.redirect(conversation, "support")
        else:
            notices.trigger(workflow, conversation)
    told = [message["content"] for message in notices.messages(conversation)]
    assert told == ["A person will read this"]


def test_p11_no_notice_where_none_is_set(notices: Client) -> None:
    conversation = notices.conversation()
    notices.redirect(conversation, "sales")
    assert notices.messages(conversation) == []
