"""The ways from outside to redirect a conversation, and where else a conversation can be."""

from collections.abc import Callable

from tests.contract.client import Client
from tests.contract.documents import by_hand, redirect, redirect_workflow, set_status, unique

AI_OWNS = ("active", True, "ai")

Route = Callable[[Client, str, str], object]


def by_api(fiko: Client, conversation: str, destination: str) -> None:
    fiko.redirect(conversation, destination)


def by_trigger(fiko: Client, conversation: str, destination: str) -> None:
    assert fiko.run(by_hand(redirect(destination)), conversation)["status"] == "COMPLETED"


def by_message(fiko: Client, conversation: str, destination: str) -> None:
    keyword = unique("please")
    fiko.live(redirect_workflow(destination, keyword))
    assert len(fiko.say(conversation, f"now {keyword}!")["executions"]) == 1


def by_command(fiko: Client, conversation: str, destination: str) -> None:
    fiko.command("conversation", "redirect", conversation, destination)


ROUTES = [by_api, by_trigger, by_message, by_command]


def closed(fiko: Client) -> str:
    conversation = fiko.conversation()
    fiko.run(by_hand(set_status("closed")), conversation)
    return conversation


def marketing(fiko: Client) -> str:
    conversation = fiko.conversation()
    fiko.run(by_hand(set_status("marketing_active")), conversation)
    return conversation
