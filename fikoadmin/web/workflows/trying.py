"""Test: the draft tried out on something made up or on a real conversation, with no effect at all.

The page keeps nothing either: the form carries what happened so far, and each answer plays it all from the beginning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue
from wtforms import ValidationError

from ...engine.kinds import TAG_LENGTH
from ...errors import Invalid
from ...models import events, pages
from ...models.conversations import SOURCES, Conversation
from ...models.waits import JOB, Wait
from ...services import trials, trying
from ...services.trials import Move, Occasion, Trial
from ..access import operator, permitted
from ..executions.path import path_marks
from ..executions.refusals import Refused, refused
from ..executions.steps import StepShown, StepTexts
from ..graph import Drawing, drawing
from ..labels import CHANNELS, EVENT_TYPES, label
from ..language import gettext, lazy_gettext, page_direction
from .base import Draft, bp
from .node_choices import Choice
from .node_fields import Lines, LongText, Moment, Text
from .node_forms import PlainForm

CONVERSATIONS_SHOWN = 20
NAME_LENGTH = 200
TEXT_LENGTH = 4_000
YEARS = range(2000, 2100)
POSITION = re.compile(r"\d{1,9}", re.ASCII)
STEPS_SHOWN = 200

# What a When node of that type starts on; what starts by itself at its time is started by hand in a trial.
EVENT_OF = {
    "receive_message": events.MESSAGE_RECEIVED,
    "add_tag": events.TAG_ADDED,
    "new_customer": events.USER_CREATED,
    "instagram_comment": events.INSTAGRAM_COMMENT,
}


OCCASION = ("event_type", "content", "tag", "conversation_id", "name", "tags", "channel", "at")


class TryForm(PlainForm):
    event_type = Choice(lazy_gettext("It begins with"), EVENT_TYPES, trials.STARTS)
    content = LongText(
        lazy_gettext("The customer's message"), TEXT_LENGTH,
        description=lazy_gettext("Where something else starts it: what the customer wrote before that."),
    )  # fmt: skip
    tag = Text(lazy_gettext("The tag that is added"), TAG_LENGTH)
    conversation_id = Text(lazy_gettext("Where"), 20)
    name = Text(lazy_gettext("The customer's name"), NAME_LENGTH)
    tags = Lines(lazy_gettext("The customer's tags"), TAG_LENGTH, description=lazy_gettext("One a line."))
    channel = Choice(lazy_gettext("Channel"), CHANNELS, SOURCES)
    at = Moment(lazy_gettext("When"), description=lazy_gettext("Empty: now."))
    answer = Text(lazy_gettext("The customer writes"), TEXT_LENGTH)

    def validate_at(self, part: Moment) -> None:
        """Whatever is added to it later is still a moment that a calendar knows."""
        if part.data and datetime.fromisoformat(part.data).year not in YEARS:
            raise ValidationError(gettext("Choose a moment of this century."))

    def validate_answer(self, part: Text) -> None:
        if request.form.get("next") == trials.ANSWER and not (part.data or "").strip():
            raise ValidationError(gettext("Write what the customer says."))


@dataclass(frozen=True)
class Tried:
    """A trial as its page shows it, with the moves that were made."""

    trial: Trial
    moves: Sequence[Move]

    @property
    def has_more(self) -> bool:
        return self.trial.execution is not None and len(self.trial.execution.steps) > STEPS_SHOWN

    @cached_property
    def steps(self) -> list[StepShown]:
        if self.trial.execution is None:
            return []
        texts = StepTexts(self.trial.graph, {wait.step_position: wait for wait in self.trial.waits})
        return [texts.of(step) for step in self.trial.execution.steps[:STEPS_SHOWN]]

    @property
    def drawing(self) -> Drawing:
        steps = self.trial.execution.steps if self.trial.execution else []
        last = {step.node_id: step.position + 1 for step in steps}
        return drawing(
            self.trial.graph,
            rtl=page_direction() == "rtl",
            links=lambda node_id: f"#step-{last[node_id]}" if node_id in last else None,
            marks=path_marks(steps, self.trial.graph),
            downwards=True,
        )

    @property
    def refusals(self) -> list[Refused]:
        return [refused(refusal) for refusal in self.trial.refusals]

    @property
    def judgements(self) -> list[Wait]:
        return [wait for wait in self.trial.waits if wait.kind == JOB and trials.is_judgement(wait)]

    @property
    def calls(self) -> list[Wait]:
        return [wait for wait in self.trial.waits if wait.kind == JOB and not trials.is_judgement(wait)]

    @property
    def is_open(self) -> bool:
        return self.trial.execution is not None and self.trial.execution.is_open

    @property
    def written(self) -> list[tuple[str, str]]:
        """The moves as the form carries them, with their words."""
        return [(_written(move), _told(move)) for move in self.moves]

    @property
    def carried(self) -> list[tuple[str, str]]:
        """What the moves' form has to send again of the form above it."""
        return [(name, request.form.get(name, "")) for name in OCCASION]


def _written(move: Move) -> str:
    return f"{move.what}:{move.position}:{move.text}"


def _read(text: str) -> Move:
    what, _, rest = text.partition(":")
    position, _, said = rest.partition(":")
    number = int(position) if POSITION.fullmatch(position) else 0
    return Move(what, number, said[:TEXT_LENGTH].replace("\0", ""))


def _told(move: Move) -> str:
    words = {
        trials.ANSWER: gettext("The customer wrote “%(text)s”", text=move.text),
        trials.TIME: gettext("Time passed"),
        trials.TRUE: gettext("The AI said yes"),
        trials.FALSE: gettext("The AI said no"),
        trials.DONE: gettext("The call succeeded"),
        trials.FAILS: gettext("The call failed"),
        trials.AI: gettext("The AI answered"),
        trials.OPERATOR: gettext("An operator answered"),
    }
    return str(words.get(move.what, move.what))


@bp.get("/<int:workflow_id>/try")
@permitted("operator")
def try_form(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return _page(draft, TryForm(formdata=None, data=_suggested(draft)))


@bp.post("/<int:workflow_id>/try")
@permitted("operator")
def try_draft(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    form = TryForm(data=_suggested(draft))
    is_sound, moves = form.validate(), _moves(form)
    if set(form.errors) == {"answer"}:
        moves = moves[:-1]  # what happened before it still did
    elif not is_sound:
        return _page(draft, form), 422
    try:
        trial = trying.try_draft(workflow_id, _occasion(form), moves, operator().actor)
    except Invalid:
        form.conversation_id.errors = [gettext("There is no such conversation.")]
        return _page(draft, form), 422
    if is_sound:
        form.answer.raw_data, form.answer.data = [], ""
    return _page(Draft.of(workflow_id), form, Tried(trial, moves)), 200 if is_sound else 422


def _moves(form: TryForm) -> list[Move]:
    """What happened so far, and what is to happen next; `next=again` begins anew, `next=back` takes the last back."""
    moves = [_read(text) for text in request.form.getlist("move")][: trials.MOVES_AT_MOST]
    chosen = request.form.get("next", "again")
    if chosen == "again":
        return []
    if chosen == "back":
        return moves[:-1]
    move = _read(chosen)
    if move.what == trials.ANSWER:
        move = Move(trials.ANSWER, text=(form.answer.data or "").strip())
    return [*moves, move][: trials.MOVES_AT_MOST]


def _suggested(draft: Draft) -> dict[str, Any]:
    """Something that would start it, as far as that can be guessed from its first When node."""
    when = next(iter(draft.graph.starts()), {})
    channels = [channel for channel in when.get("channels") or () if channel in SOURCES]
    keywords, tags = when.get("keywords") or [""], when.get("tags") or []
    return {
        "event_type": EVENT_OF.get(str(when.get("when_type")), events.MANUAL),
        "content": keywords[0],
        "tag": tags[0] if tags else "",
        "conversation_id": "",
        "name": gettext("Sara"),
        "tags": tags if when.get("when_type") == "receive_message" else tags[1:],
        "channel": channels[0] if channels else "web",
        "at": None,
    }


def _occasion(form: TryForm) -> Occasion:
    zone = current_app.extensions["config"].timezone
    moment = datetime.fromisoformat(form.at.data).replace(tzinfo=zone) if form.at.data else None
    return Occasion(
        form.event_type.data, (form.content.data or "").strip(), (form.tag.data or "").strip(), form.channel.data,
        (form.name.data or "").strip(), tuple(form.tags.data or ()), (form.conversation_id.data or "").strip(), moment,
    )  # fmt: skip


def _page(draft: Draft, form: TryForm, tried: Tried | None = None) -> str:
    return render_template(
        "workflows/try.html", draft=draft, workflow=draft.workflow, form=form, tried=tried,
        conversations=_conversations(form.conversation_id.data or ""),
    )  # fmt: skip


def _conversations(chosen: str) -> list[tuple[str, str]]:
    """The ids and names of those that changed last, the chosen one among them."""
    shown = {each.id: _name_of(each) for each in pages.conversations(limit=CONVERSATIONS_SHOWN).items}
    known = shown if not chosen or chosen in shown else {**shown, chosen: chosen}
    return list(known.items())


def _name_of(conversation: Conversation) -> str:
    parts = (
        conversation.customer.shown_name,
        label("channel", conversation.source),
        label("status", conversation.status),
    )
    return " · ".join(parts)
