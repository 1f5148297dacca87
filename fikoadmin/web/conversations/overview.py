"""The list of conversations with its filters; who waits for people."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...models import pages, searches
from ...models.conversations import SOURCES, STATUSES, Conversation
from ...models.filters import SavedFilter
from ...models.talk import TEST
from ...services import conversations
from ..access import operator, permitted
from ..labels import label
from ..language import gettext
from .base import bp
from .filtering import Asked, asked
from .forms import KeepFilterForm, NewTestForm, unsent


@dataclass(frozen=True)
class Shown:
    """A page of the list; `is_cut` where a search found more places than it looks at."""

    page: pages.Page[pages.ConversationLine]
    is_cut: bool

    @classmethod
    def of(cls, asked_for: Asked) -> Shown:
        chosen = searches.chosen(asked_for.filters)
        lines = pages.conversation_lines(chosen.conditions, after=request.args.get("after") or None)
        return cls(lines, chosen.is_cut)


@bp.get("")
@permitted("viewer")
def index() -> ResponseReturnValue:
    return whole_list(asked())


@bp.get("/rows")
@permitted("viewer")
def rows() -> ResponseReturnValue:
    return render_template("conversations/_rows.html", **_shown(asked()))


@bp.get("/waiting")
@permitted("viewer")
def waiting() -> ResponseReturnValue:
    """How many conversations wait for people, for the title of an open page; at most 100 are counted."""
    return {"waiting": Conversation.count_waiting(100)}


@bp.post("")
@permitted("operator")
def create() -> ResponseReturnValue:
    form = NewTestForm()
    if not form.validate():
        return whole_list(asked(), new_test=form), 422
    name = form.first_name.data or gettext("Test customer")
    made = conversations.create(TEST, operator().actor, customer={"first_name": name})
    return redirect(url_for(".show", conversation_id=made.id), 303)


def whole_list(
    asked_for: Asked, *, new_test: NewTestForm | None = None, keep: KeepFilterForm | None = None, problem: str = ""
) -> str:
    """The page; a form that was refused shows why, and what was typed in it."""
    return render_template(
        "conversations/index.html",
        **_shown(asked_for),
        statuses=[(value, label("status", value)) for value in STATUSES],
        sources=[(value, label("channel", value)) for value in SOURCES],
        saved=SavedFilter.of(operator().id),
        new_test=new_test or unsent(NewTestForm),
        keep=keep or unsent(KeepFilterForm),
        problem=problem,
        live_url=url_for("live.stream", topic="conversations"),
    )


def _shown(asked_for: Asked) -> dict[str, object]:
    shown = Shown.of(asked_for)
    return {"page": shown.page, "is_cut": shown.is_cut, "asked": asked_for}
