"""What operators do in a conversation: each form carries the epoch that its page showed (P23)."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from ...destinations import SUPPORT
from ...errors import Conflict
from ...models import events, found
from ...models.conversations import Conversation
from ...models.executions import FAILED, SKIPPED, Execution
from ...models.talk import TEST
from ...services import conversations, executions
from ...services.events import Incoming, receive
from ..access import operator, permitted
from ..labels import label, label_reason
from ..language import gettext
from ..refused import refusal
from . import page
from .base import bp
from .forms import ComposerForm, CustomerForm, RedirectForm, TriggerForm, VerbForm

FLAGS = {"on": True, "off": False}


def _act(conversation_id: str, form: FlaskForm, verb: Callable[[int], object]) -> ResponseReturnValue:
    """Does it under the epoch that the page showed, and shows the page again; a refusal keeps what was typed."""
    found.conversation(conversation_id)
    if not form.validate():
        return page.whole(conversation_id, form), 422
    # Without a readable epoch nobody knows what the page showed: as stale as can be.
    epoch = request.form.get("epoch", -1, type=int)
    try:
        done = verb(epoch)
    except Conflict as conflict:
        return page.whole(conversation_id, form, _refusal(conflict)), 409
    changed = _told(done, epoch) if isinstance(done, Conversation) else None
    return redirect(url_for(".show", conversation_id=conversation_id, changed=changed), 303)


def _told(conversation: Conversation, epoch: int) -> int | None:
    """The epoch whose receipt is shown next; where nothing changed, that is said instead."""
    if conversation.epoch == epoch:
        flash(gettext("It was so already; nothing changed."))
        return None
    return conversation.epoch


def _refusal(conflict: Conflict) -> str:
    if "conversation" not in conflict.members:
        return refusal(conflict)
    return str(
        gettext(
            "The conversation changed while you were looking at it, so nothing was done. This is how it is now; "
            "what you wrote is still here."
        )
    )


@bp.post("/<conversation_id>/redirect")
@permitted("operator")
def redirect_to(conversation_id: str) -> ResponseReturnValue:
    form = RedirectForm()
    person = operator().actor
    return _act(
        conversation_id,
        form,
        lambda epoch: conversations.redirect(conversation_id, form.destination.data, person, epoch),
    )


@bp.post("/<conversation_id>/take-over")
@permitted("operator")
def take_over(conversation_id: str) -> ResponseReturnValue:
    person, department = operator().actor, _department()
    return _act(
        conversation_id, VerbForm(), lambda epoch: conversations.take_over(conversation_id, person, department, epoch)
    )


@bp.post("/<conversation_id>/close")
@permitted("operator")
def close(conversation_id: str) -> ResponseReturnValue:
    person = operator().actor
    return _act(conversation_id, VerbForm(), lambda epoch: conversations.close(conversation_id, person, epoch))


@bp.post("/<conversation_id>/ai/<any(on, off):flag>")
@permitted("operator")
def set_ai(conversation_id: str, flag: str) -> ResponseReturnValue:
    person = operator().actor
    return _act(
        conversation_id, VerbForm(), lambda epoch: conversations.set_ai(conversation_id, FLAGS[flag], person, epoch)
    )


@bp.post("/<conversation_id>/reply")
@permitted("operator")
def reply(conversation_id: str) -> ResponseReturnValue:
    form = ComposerForm()
    person, department = operator().actor, _department()
    return _act(
        conversation_id,
        form,
        lambda epoch: conversations.reply(conversation_id, form.content.data, person, department, epoch, form.once),
    )


@bp.post("/<conversation_id>/note")
@permitted("operator")
def note(conversation_id: str) -> ResponseReturnValue:
    """A note says nothing to the customer and moves nobody, so it asks for no epoch."""
    form = ComposerForm()
    person = operator().actor
    return _act(
        conversation_id, form, lambda _epoch: conversations.note(conversation_id, form.content.data, person, form.once)
    )


@bp.post("/<conversation_id>/trigger")
@permitted("operator")
def trigger(conversation_id: str) -> ResponseReturnValue:
    form = TriggerForm()
    person = operator().actor

    def run(epoch: int) -> None:
        _tell(executions.trigger(int(form.workflow.data), conversation_id, person, epoch))

    return _act(conversation_id, form, run)


@bp.post("/<conversation_id>/customer")
@permitted("operator")
def write_as_customer(conversation_id: str) -> ResponseReturnValue:
    """The same door as for a customer's message over the API; only where the customer is made up."""
    form = CustomerForm()
    person = operator().actor

    def write(_epoch: int) -> None:
        if found.conversation(conversation_id).source != TEST:
            raise Conflict(gettext("Only in a test conversation can you write as the customer."))
        said = {"content": form.content.data}
        receive(Incoming(events.MESSAGE_RECEIVED, conversation_id, None, form.event_id, said), person)

    return _act(conversation_id, form, write)


def _department() -> str:
    return operator().department or SUPPORT


def _tell(execution: Execution) -> None:
    """Where an execution did nothing, or not all, its operator is told at once."""
    if execution.status in (SKIPPED, FAILED):
        status, reason = label("execution_status", execution.status), label_reason(execution.reason)
        flash(gettext("The workflow ran: %(status)s. Reason: %(reason)s", status=status, reason=reason), "warning")
