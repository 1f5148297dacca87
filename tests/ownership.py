"""Conversations in every hand, and what operators do to them."""

from collections.abc import Callable

from fikoadmin.models.conversations import CLOSED, MARKETING_ACTIVE, SUPPORT_ACTIVE
from fikoadmin.services import conversations, executions
from tests.contract.documents import by_hand, set_status
from tests.scenes import ACTOR, begin, fresh, live


def at(place: str) -> str:
    """A conversation with the AI, with people, in a campaign, or closed."""
    conversation = begin()
    if place == SUPPORT_ACTIVE:
        conversations.redirect(conversation, "sales", ACTOR)
    elif place == MARKETING_ACTIVE:
        executions.trigger(live(by_hand(set_status(MARKETING_ACTIVE))).id, conversation, ACTOR)
    elif place == CLOSED:
        conversations.close(conversation, ACTOR)
    assert fresh(conversation).status == place
    return conversation


def reply(conversation: str) -> None:
    conversations.reply(conversation, "I am Sara", ACTOR, "technical")


CLICKS: dict[str, Callable[[str, int], object]] = {
    "redirect": lambda c, epoch: conversations.redirect(c, "sales", ACTOR, epoch),
    "take over": lambda c, epoch: conversations.take_over(c, ACTOR, "sales", epoch),
    "close": lambda c, epoch: conversations.close(c, ACTOR, epoch),
    "switch the AI": lambda c, epoch: conversations.set_ai(c, False, ACTOR, epoch),
    "reply": lambda c, epoch: conversations.reply(c, "Hello", ACTOR, "sales", epoch),
}
