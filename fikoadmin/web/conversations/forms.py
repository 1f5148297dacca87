"""What is typed on the pages of conversations, and when it is refused."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from ... import matching
from ...engine.text import normalise
from ...models.base import short_id
from ...models.conversations import Conversation
from ..formats import format_number
from ..labels import destination_choices
from ..language import gettext, lazy_gettext

MESSAGE_LENGTH = 10_000
NAME_LENGTH = 200
WORKFLOWS_LISTED = 100

FormKind = TypeVar("FormKind", bound=FlaskForm)

_KEY = re.compile(r"[a-z0-9]{16}")


def _clean(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


class Written:
    """Refuses an empty field."""

    field_flags = {"required": True}

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        if not field.data:
            raise StopValidation(gettext("Write something first."))


class Fits:
    """Refuses what is too long, or cannot be stored."""

    def __init__(self, length: int) -> None:
        self.length = length

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        if len(field.data) > self.length:
            most, now = format_number(self.length), format_number(len(field.data))
            raise ValidationError(gettext("At most %(most)s characters; this is %(now)s.", most=most, now=now))
        if "\0" in field.data:
            raise ValidationError(gettext("This contains a character that cannot be kept (NUL). Delete it."))


class Live:
    """Refuses what is not the id of a live workflow."""

    field_flags = {"required": True}

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        if not _is_number(field.data) or int(field.data) not in matching.index().workflows:
            raise ValidationError(gettext("Choose a workflow that is active."))


class Chosen:
    """Refuses a value that is not among the choices, with the sentence given."""

    field_flags = {"required": True}

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        if field.data not in dict(field.choices):
            raise ValidationError(str(self.sentence))


def unsent(kind: type[FormKind], *given: str) -> FormKind:
    """A form that is only drawn: its page draws the token, so it makes none."""
    form: FormKind = kind(*given, formdata=None, meta={"csrf": False})
    return form


class OnceForm(FlaskForm):
    """A form with a key of its own: sent twice, as without JavaScript happens, it acts once."""

    key = HiddenField(default=lambda: short_id(16))

    @property
    def once(self) -> str:
        """The key; empty where what was sent is none."""
        return self.key.data if _KEY.fullmatch(self.key.data or "") else ""


class ComposerForm(OnceForm):
    """An operator's reply or note."""

    content = TextAreaField(filters=[_clean], validators=[Written(), Fits(MESSAGE_LENGTH)])


class CustomerForm(OnceForm):
    """A message that the operator writes in the place of a test customer."""

    content = TextAreaField(filters=[_clean], validators=[Written(), Fits(MESSAGE_LENGTH)])

    @property
    def event_id(self) -> str | None:
        """The same for the same words from the same form."""
        digest = hashlib.sha256((self.content.data or "").encode()).hexdigest()[:16]
        return f"form-{self.once}-{digest}" if self.once else None


class RedirectForm(FlaskForm):
    destination = SelectField(
        lazy_gettext("Destination"),
        choices=destination_choices,
        validators=[Chosen(lazy_gettext("Choose where the conversation goes."))],
        validate_choice=False,
    )


class TriggerForm(FlaskForm):
    """A live workflow to run on the conversation; the first ones in the operators' order, or those of that name."""

    workflow = SelectField(
        lazy_gettext("Workflow"),
        validators=[Live()],
        validate_choice=False,
    )

    def __init__(self, looked_for: str = "", **options: Any) -> None:
        super().__init__(**options)
        self.looked_for = looked_for
        live = matching.index().workflows
        words = normalise(looked_for)
        fitting = [(str(w.id), w.name) for w in live.values() if words in normalise(w.name)]
        self.workflow.choices = fitting[:WORKFLOWS_LISTED]
        self.others = len(fitting) - len(self.workflow.choices)
        self.is_searched = len(live) > WORKFLOWS_LISTED
        chosen = live.get(int(self.workflow.data)) if _is_number(self.workflow.data) else None
        if chosen and (str(chosen.id), chosen.name) not in self.workflow.choices:
            self.workflow.choices.append((str(chosen.id), chosen.name))


def _is_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdigit() and len(text) < 19


class VerbForm(FlaskForm):
    """A button that says everything."""


class NewTestForm(FlaskForm):
    first_name = StringField(
        lazy_gettext("First name of the test customer"), filters=[_clean], validators=[Fits(NAME_LENGTH)]
    )


class KeepFilterForm(FlaskForm):
    """A name for the filters of the address; what it must be, the service says."""

    filter_name = StringField(lazy_gettext("Name of the filter"), filters=[_clean], validators=[Written()])


class Typed(NamedTuple):
    """What a field holds: what was refused, and why; mostly nothing. `key` is its form's, where that has one."""

    value: str
    errors: Sequence[str]
    key: str

    @classmethod
    def of(cls, posted: FlaskForm | None, kind: type[FlaskForm], name: str) -> Typed:
        """A form that was not sent is not made: a page has several of them."""
        if not isinstance(posted, kind):
            return cls("", (), short_id(16))
        key = posted.key.data if isinstance(posted, OnceForm) else ""
        return cls(posted[name].data or "", posted[name].errors, key or "")


class Forms:
    """The forms of one conversation's page; `posted` is the one that was sent, with what was typed in it."""

    def __init__(self, conversation: Conversation, posted: FlaskForm | None, looked_for: str = "") -> None:
        self.composer = Typed.of(posted, ComposerForm, "content")
        self.destination = Typed.of(posted, RedirectForm, "destination")
        self.trigger = posted if isinstance(posted, TriggerForm) else unsent(TriggerForm, looked_for)
        self.customer = Typed.of(posted, CustomerForm, "content") if conversation.source == "test" else None
