"""What is typed on the pages of conversations, and when it is refused."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import StopValidation, ValidationError

from .. import matching
from ..models.conversations import Conversation
from .formats import format_number
from .labels import destination_choices

MESSAGE_LENGTH = 10_000
NAME_LENGTH = 200


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


class Chosen:
    """Refuses a value that is not among the choices, with the sentence given."""

    field_flags = {"required": True}

    def __init__(self, sentence: Any) -> None:
        self.sentence = sentence

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        if field.data not in dict(field.choices):
            raise ValidationError(str(self.sentence))


class ComposerForm(FlaskForm):
    """An operator's reply or note."""

    content = TextAreaField(
        lazy_gettext("Write to the customer, or a note to your colleagues"),
        id="composer-content",
        filters=[_clean],
        validators=[Written(), Fits(MESSAGE_LENGTH)],
    )


class CustomerForm(FlaskForm):
    """A message that the operator writes in the place of a test customer."""

    content = TextAreaField(
        lazy_gettext("Message"),
        id="customer-content",
        filters=[_clean],
        validators=[Written(), Fits(MESSAGE_LENGTH)],
    )


class RedirectForm(FlaskForm):
    destination = SelectField(
        lazy_gettext("Destination"),
        choices=destination_choices,
        validators=[Chosen(lazy_gettext("Choose where the conversation goes."))],
        validate_choice=False,
    )


class TriggerForm(FlaskForm):
    """A live workflow to run on the conversation."""

    workflow = SelectField(
        lazy_gettext("Workflow"),
        validators=[Chosen(lazy_gettext("Choose a workflow that is active."))],
        validate_choice=False,
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        live = matching.index().workflows.values()
        self.workflow.choices = [(str(workflow.id), workflow.name) for workflow in live]


class VerbForm(FlaskForm):
    """A button that says everything."""


class NewTestForm(FlaskForm):
    first_name = StringField(
        lazy_gettext("First name of the test customer"), filters=[_clean], validators=[Fits(NAME_LENGTH)]
    )


class Forms:
    """The forms of one conversation's page; `posted` is the one that was sent, with what was typed in it."""

    def __init__(self, conversation: Conversation, posted: FlaskForm | None) -> None:
        def either(kind: type[FlaskForm]) -> FlaskForm:
            return posted if isinstance(posted, kind) else kind(formdata=None)

        self.composer = either(ComposerForm)
        self.redirect = either(RedirectForm)
        self.trigger = either(TriggerForm)
        self.customer = either(CustomerForm) if conversation.source == "test" else None
