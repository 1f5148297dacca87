"""Conversations, their messages and their history."""

from __future__ import annotations

from typing import Any

from ..destinations import DESTINATIONS
from ..models import found, pages
from ..services import conversations
from . import answers, schemas, shapes
from .access import actor
from .calls import Answer, Call, call
from .paging import ListQuery, shown

PATH = "/conversations/<conversation:conversation_id>"


@call(
    "/redirect-destinations",
    Call("GET", "Where a conversation can be redirected", {200: answers.Destination(many=True)}),
)
def list_destinations() -> Answer:
    return [shapes.destination(destination) for destination in DESTINATIONS]


@call(
    "/conversations",
    Call(
        "POST",
        "Begin a conversation",
        {201: answers.Conversation()},
        sent=schemas.ConversationSent(),
        description="A customer that is made here raises USER_CREATED in it.",
    ),
)
def create_conversation(given: dict[str, Any]) -> Answer:
    customer_id = int(given["customer_id"]) if "customer_id" in given else None
    made = conversations.create(given["source"], actor(), customer_id=customer_id, customer=given.get("customer"))
    return shapes.conversation(made), 201


@call(
    "/conversations",
    Call(
        "GET",
        "The conversations, those changed last first",
        {200: answers.page_of(answers.Conversation)()},
        query=schemas.ConversationQuery(),
    ),
)
def list_conversations(given: dict[str, Any]) -> Answer:
    if "customer_id" in given:
        given["customer_id"] = int(given["customer_id"])
    return shown(pages.conversations(**given), shapes.conversation)


@call(PATH, Call("GET", "One conversation", {200: answers.Conversation()}, (404,)))
def show_conversation(conversation_id: str) -> Answer:
    return shapes.conversation(found.conversation(conversation_id))


@call(
    f"{PATH}/messages",
    Call(
        "GET",
        "The messages, oldest first",
        {200: answers.page_of(answers.Message)()},
        (404,),
        query=ListQuery(),
        description="A cursor is the id of a message: to read what is new, send the last one that you have.",
    ),
)
def list_messages(conversation_id: str, given: dict[str, Any]) -> Answer:
    page = pages.messages(conversation_id, **given)
    if not page.items:
        found.conversation(conversation_id)
    return shown(page, shapes.message)


@call(
    f"{PATH}/messages",
    Call(
        "POST",
        "Reply to the customer, or take a note",
        {201: answers.Message()},
        (404,),
        sent=schemas.MessageSent(),
        description="A reply takes the conversation over; a private note does not.",
    ),
)
def write_message(conversation_id: str, given: dict[str, Any]) -> Answer:
    verb = conversations.note if given["note"] else conversations.reply
    return shapes.message(verb(conversation_id, given["content"], actor())), 201


@call(
    f"{PATH}/events",
    Call(
        "GET",
        "Each change of status, AI flag and destination, oldest first",
        {200: answers.page_of(answers.ConversationEvent)()},
        (404,),
        query=ListQuery(),
    ),
)
def list_conversation_events(conversation_id: str, given: dict[str, Any]) -> Answer:
    page = pages.conversation_events(conversation_id, **given)
    if not page.items:
        found.conversation(conversation_id)
    return shown(page, shapes.conversation_event)


@call(
    f"{PATH}/redirect",
    Call(
        "POST",
        "Redirect a conversation",
        {200: answers.Conversation()},
        (404, 409),
        sent=schemas.RedirectSent(),
        description="With a stale `epoch` nothing is changed: 409, with the conversation as it is now.",
    ),
)
def redirect_conversation(conversation_id: str, given: dict[str, Any]) -> Answer:
    redirected = conversations.redirect(conversation_id, given["destination"], actor(), given["epoch"])
    return shapes.conversation(redirected)
