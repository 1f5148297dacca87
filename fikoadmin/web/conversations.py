"""The conversations: the list, one of them with everything that happened in it, and what operators do there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_wtf import FlaskForm

from ..destinations import SUPPORT
from ..errors import Conflict, Invalid, NotFound
from ..models import events, found, pages
from ..models.conversations import Conversation
from ..models.executions import FAILED, SKIPPED, Execution
from ..models.talk import TEST
from ..services import conversations, executions
from ..services.events import Incoming, receive
from . import conversation_page
from .access import operator, permitted
from .conversation_forms import ComposerForm, CustomerForm, NewTestForm, RedirectForm, TriggerForm, VerbForm
from .labels import label, label_reason

bp = Blueprint("conversations", __name__, url_prefix="/conversations")

FLAGS = {"on": True, "off": False}


@bp.url_value_preprocessor
def _only_ids(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # What cannot be an id is not asked for: PostgreSQL refuses to compare with a NUL.
    conversation_id = (values or {}).get("conversation_id", "id")
    if not conversation_id.replace("-", "").replace("_", "").isalnum():
        raise NotFound("there is no such conversation")


# -- the list ------------------------------------------------------------------------------------------------------


@bp.get("")
@permitted("viewer")
def index() -> ResponseReturnValue:
    return _list(NewTestForm(formdata=None))


@bp.get("/rows")
@permitted("viewer")
def rows() -> ResponseReturnValue:
    return render_template("conversations/_rows.html", page=_chosen())


@bp.post("")
@permitted("operator")
def create() -> ResponseReturnValue:
    form = NewTestForm()
    if not form.validate():
        return _list(form), 422
    name = form.first_name.data or gettext("Test customer")
    made = conversations.create(TEST, operator().actor, customer={"first_name": name})
    return redirect(url_for(".show", conversation_id=made.id), 303)


def _list(form: FlaskForm) -> str:
    return render_template(
        "conversations/index.html",
        page=_chosen(),
        filters={name: value for name, value in request.args.items() if value and name != "after"},
        new_test=form,
        live_url=url_for("live.stream", topic="conversations"),
    )


def _chosen() -> pages.Page[Conversation]:
    """The page of the list that the address asks for."""
    given = {name: value for name, value in request.args.items() if value}
    if any("\0" in value for value in given.values()):
        raise Invalid("", gettext("The address contains a character that cannot be searched for (NUL)."))
    return pages.conversations(
        after=given.get("after"),
        status=given.get("status"),
        ai_enabled=FLAGS.get(given.get("ai", "")),
        destination=given.get("destination"),
        unanswered="unanswered" in given,
    )


# -- one conversation ----------------------------------------------------------------------------------------------


@bp.get("/<conversation_id>")
@permitted("viewer")
def show(conversation_id: str) -> ResponseReturnValue:
    return conversation_page.whole(conversation_id)


@bp.get("/<conversation_id>/<any(strip, timeline, actions, about):part>")
@permitted("viewer")
def show_part(conversation_id: str, part: str) -> ResponseReturnValue:
    """One live part of the page, as the whole page holds it."""
    return conversation_page.part_of(conversation_id, part)


# -- what operators do there ---------------------------------------------------------------------------------------


def _act(conversation_id: str, form: FlaskForm, verb: Callable[[int], object]) -> ResponseReturnValue:
    """Does it under the epoch that the page showed, and shows the page again; a refusal keeps what was typed."""
    found.conversation(conversation_id)
    if not form.validate():
        return conversation_page.whole(conversation_id, form), 422
    try:
        # Without a readable epoch nobody knows what the page showed: as stale as can be.
        verb(request.form.get("epoch", -1, type=int))
    except Conflict as conflict:
        return conversation_page.whole(conversation_id, form, _refusal(conflict)), 409
    return redirect(url_for(".show", conversation_id=conversation_id), 303)


def _refusal(conflict: Conflict) -> str:
    if "conversation" not in conflict.members:
        return label_reason(conflict.message)
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
        lambda epoch: conversations.reply(conversation_id, form.content.data, person, department, epoch),
    )


@bp.post("/<conversation_id>/note")
@permitted("operator")
def note(conversation_id: str) -> ResponseReturnValue:
    """A note says nothing to the customer and moves nobody, so it asks for no epoch."""
    form = ComposerForm()
    person = operator().actor
    return _act(conversation_id, form, lambda _epoch: conversations.note(conversation_id, form.content.data, person))


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
        receive(Incoming(events.MESSAGE_RECEIVED, conversation_id, None, None, {"content": form.content.data}), person)

    return _act(conversation_id, form, write)


def _department() -> str:
    return operator().department or SUPPORT


def _tell(execution: Execution) -> None:
    """Where an execution did nothing, or not all, its operator is told at once."""
    if execution.status in (SKIPPED, FAILED):
        status, reason = label("execution_status", execution.status), label_reason(execution.reason)
        flash(gettext("The workflow ran: %(status)s. Reason: %(reason)s", status=status, reason=reason), "warning")
