"""Conversations to look at, the workflows that act on them, and what operators do there."""

import json

from flask import Flask

from fikoadmin.extensions import db, transaction
from fikoadmin.models.actors import Actor
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.events import MESSAGE_RECEIVED
from fikoadmin.services import conversations, workflows
from fikoadmin.services.events import Incoming, receive
from tests.contract.documents import redirect, row, when
from tests.web.browsing import Visitor

AUTHOR = Actor("command", "", "test")


def begun(app: Flask, *said: str, source: str = "test", name: str = "Leila") -> str:
    """The id of a new conversation in which the customer has said that."""
    with app.app_context():
        conversation_id = conversations.create(source, AUTHOR, customer={"first_name": name}).id
        for text in said:
            receive(Incoming(MESSAGE_RECEIVED, conversation_id, None, None, {"content": text}), AUTHOR)
    return conversation_id


def live_workflow(app: Flask, destination: str, *keywords: str, name: str = "To people") -> int:
    """A live workflow that redirects there when a message has one of the keywords."""
    document = row(when(*keywords, title="Asks"), redirect(destination, "Hand over"), name=name)
    with app.app_context():
        workflow, _ = workflows.import_document(json.dumps({"workflow_data": document}).encode(), AUTHOR)
        return workflows.activate(workflow.id, AUTHOR).id


def act(visitor: Visitor, conversation_id: str, verb: str, epoch: int = 1, **typed: str) -> tuple[int, str]:
    """Status and text of the answer to a form of the conversation's page, sent under the epoch shown."""
    address = f"/conversations/{conversation_id}"
    answer = visitor.post(f"{address}/{verb}", {"epoch": str(epoch), **typed}, form_at=address)
    return answer.status_code, answer.text


def now_at(app: Flask, conversation_id: str) -> Conversation:
    """The conversation as it is in the database."""
    with app.app_context():
        return db.session.get_one(Conversation, conversation_id)


def supersede(app: Flask, conversation_id: str, answer: str, reason: str) -> None:
    """An AI answer that came too late."""
    with app.app_context(), transaction():
        conversation = Conversation.locked(conversation_id)
        assert conversation
        conversation.keep_superseded(answer, reason)
