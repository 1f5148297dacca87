"""Try it: a conversation with oneself. One half is what the customer sees, the other what operators see of the same.

It is on the `test` channel, so nothing leaves the page; in all else it is a conversation like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from flask import Blueprint, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import ValidationError

from .. import matching
from ..errors import NotFound
from ..matching import LiveWorkflow
from ..models import events, found, messages
from ..models.conversations import CLOSED, Conversation
from ..models.talk import TEST
from ..models.timeline import Said, timeline
from ..services import conversations
from ..services.customers import TAG_LENGTH
from ..services.events import Incoming, receive
from ..services.knowledge_csv import tags_of
from .access import operator, permitted
from .conversations.forms import MESSAGE_LENGTH, NAME_LENGTH, CustomerForm, Fits, Written
from .conversations.page import Strip
from .language import gettext, lazy_gettext
from .settings.base import stripped

bp = Blueprint("trying", __name__, url_prefix="/try")

# Where the browser keeps which conversation it tried last.
LAST = "tried"
HINTS = 6
LOOKED_AT = 500
"""So many live workflows are looked at for hints."""

ID = "<string(maxlength=20):conversation_id>"


class TagsFit:
    """Refuses a tag that is too long."""

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        if any(len(tag) > TAG_LENGTH for tag in tags_of(field.data)):
            raise ValidationError(gettext("One of these tags is too long."))


class BeginForm(FlaskForm):
    first_name = StringField(lazy_gettext("First name of the test customer"), [Fits(NAME_LENGTH)], filters=[stripped])
    tags = StringField(lazy_gettext("Tags"), [Fits(1_000), TagsFit()], filters=[stripped])


class ChatForm(CustomerForm):
    """One line, which Enter sends."""

    content = StringField(
        lazy_gettext("Write as the customer"), [Written(), Fits(MESSAGE_LENGTH)], filters=[stripped], id="chat-content"
    )


class ClearForm(FlaskForm):
    """A button that says everything."""


@dataclass(frozen=True)
class Hint:
    """A live workflow that a message in a test conversation can start; no keywords: by any message."""

    name: str
    keywords: list[str]


@bp.get("")
@permitted("viewer")
def index() -> ResponseReturnValue:
    """The conversation that this browser tried last, else how to begin one."""
    last = session.get(LAST)
    if last and _is_tried(str(last)):
        return redirect(url_for(".show", conversation_id=last), 303)
    return _begin_page(BeginForm(formdata=None))


@bp.post("")
@permitted("operator")
def begin() -> ResponseReturnValue:
    """One click makes a new customer, and a conversation with them."""
    form = BeginForm()
    if not form.validate():
        return _begin_page(form), 422
    person = {"first_name": form.first_name.data or gettext("Test customer"), "tags": list(tags_of(form.tags.data))}
    made = conversations.create(TEST, operator().actor, customer=person)
    session[LAST] = made.id
    return redirect(url_for(".show", conversation_id=made.id), 303)


@bp.get(f"/{ID}")
@permitted("viewer")
def show(conversation_id: str) -> ResponseReturnValue:
    return _page(_tried(conversation_id), ChatForm(formdata=None))


@bp.get(f"/{ID}/chat")
@permitted("viewer")
def chat(conversation_id: str) -> ResponseReturnValue:
    """What the customer sees, alone."""
    conversation = _tried(conversation_id)
    seen = _seen(timeline(conversation.id).entries)
    return render_template("trying/_chat.html", conversation=conversation, seen=seen)


@bp.post(f"/{ID}")
@permitted("operator")
def write(conversation_id: str) -> ResponseReturnValue:
    """The same door as for a customer's message over the API."""
    conversation = _tried(conversation_id)
    form = ChatForm()
    if not form.validate():
        return _page(conversation, form), 422
    said = {"content": form.content.data}
    receive(Incoming(events.MESSAGE_RECEIVED, conversation.id, None, form.event_id, said), operator().actor)
    return redirect(url_for(".show", conversation_id=conversation.id), 303)


@bp.post(f"/{ID}/clear")
@permitted("operator")
def clear(conversation_id: str) -> ResponseReturnValue:
    """Closes it, which the history keeps, and begins with another customer."""
    conversation = _tried(conversation_id)
    if ClearForm().validate() and conversation.status != CLOSED:
        conversations.close(conversation.id, operator().actor)
    session.pop(LAST, None)
    return redirect(url_for(".index"), 303)


def _is_tried(conversation_id: str) -> bool:
    try:
        return _tried(conversation_id).status != CLOSED
    except NotFound:
        return False


def _tried(conversation_id: str) -> Conversation:
    """Raises NotFound; a real customer's conversation is none of these."""
    if conversation_id.isalnum():
        conversation = found.conversation(conversation_id)
        if conversation.source == TEST:
            return conversation
    raise NotFound(gettext("There is no such test conversation."))


def _begin_page(form: FlaskForm) -> str:
    return render_template("trying/begin.html", form=form, hints=_hints())


def _page(conversation: Conversation, form: FlaskForm) -> str:
    past = timeline(conversation.id)
    topics = [f"conversation:{conversation.id}", f"customer:{conversation.customer_id}", "settings"]
    return render_template(
        "trying/show.html",
        conversation=conversation,
        strip=Strip.of(conversation, past.latest),
        timeline=past,
        seen=_seen(past.entries),
        form=form if operator().may("operator") else None,
        hints=_hints(),
        live_url=url_for("live.stream", topic=topics),
    )


def _seen(entries: list[Any]) -> list[Said]:
    """What of all that happened the customer sees: no note, and no answer that was not sent."""
    said = [entry for entry in entries if isinstance(entry, Said)]
    return [entry for entry in said if entry.type != messages.NOTE and not entry.superseded]


def _hints() -> list[Hint]:
    live = islice(matching.index().workflows.values(), LOOKED_AT)
    return list(islice((hint for workflow in live for hint in _hints_of(workflow)), HINTS))


def _hints_of(workflow: LiveWorkflow) -> Iterator[Hint]:
    for node in workflow.starts:
        channels = node.get("channels") or [TEST]
        if node.get("when_type") == "receive_message" and {TEST, "all"} & set(channels):
            yield Hint(workflow.name, [str(keyword) for keyword in (node.get("keywords") or [])[:3]])
