"""The form of each kind of node: its own fields beside title and switch.

A field is named as in the export format. What a form does not name is not touched by a save.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

from flask_wtf import FlaskForm

from ...engine import kinds
from .. import labels
from ..language import lazy_gettext as _
from . import node_labels
from .condition_rows import Conditions
from .node_choices import Channels, Choice, Destination, Switch
from .node_fields import (
    Buttons,
    Clock,
    Day,
    Facts,
    Json,
    Lines,
    LongText,
    Text,
    Whole,
)

Node = Mapping[str, Any]
WHEN, ACTION = kinds.FIELDS["when"], kinds.FIELDS["action"]
PLACEHOLDERS = _("You can write {{user.first_name}} and other fields in double braces; the customer reads their value.")
ONE_A_LINE = _("One a line.")
EVERY_CHANNEL = _("None ticked: every channel.")
ALL_TAGS = _("One a line. The customer has to have all of them.")


class PlainForm(FlaskForm):
    class Meta:
        csrf = False  # every form of the app is checked before its view is called


class NodeForm(PlainForm):
    """What every node has. `stored` reads a field of the form from a node, `written` says where it goes back to."""

    # Fields for which the format has no one name: the names that they may have, and what reads them. They go back
    # to where they were found.
    kept_under: ClassVar[Mapping[str, tuple[tuple[str, ...], Callable[[Node], str]]]] = {}

    title = Text(
        _("Title"),
        kinds.TITLE_LENGTH,
        description=_("For operators: what this node is for. Empty: the name of its kind."),
    )
    is_active = Switch(_("Switched on"), description=_("A node that is switched off is passed by."))

    @classmethod
    def stored(cls, node: Node) -> dict[str, Any]:
        """The node's values under the names of the form's fields."""
        return {**node, **{name: read(node) for name, (_names, read) in cls.kept_under.items()}}

    def written(self, node: Node, name: str, value: Any) -> dict[str, Any]:
        """The node's fields that change when that field of the form does."""
        if name in self.kept_under:
            return _where_found(node, self.kept_under[name][0], value)
        return {name: value}

    def changes(self, node: Node) -> dict[str, Any]:
        """What a save writes: fields of the export format with their values, only those that differ."""
        changed: dict[str, Any] = {}
        for part in self:
            if part.data != part.object_data:
                changed |= self.written({**node, **changed}, part.short_name, part.data)
        return changed


def _where_found(node: Node, names: tuple[str, ...], value: Any) -> dict[str, Any]:
    """`value` under the name that holds a text now, else under the first one of the configuration."""
    configuration = node["configuration"]
    for name in names:
        if str(configuration.get(name) or "").strip():
            return {"configuration": {**configuration, name: value}}
    held = next((name for name in names if str(node.get(name) or "").strip()), None)
    return {held: value} if held else {"configuration": {**configuration, names[0]: value}}


class Message(NodeForm):
    keywords = Lines(
        _("Keywords"),
        description=_("One a line. The message has to contain one of them; without any, every message fits."),
    )
    tags = Lines(_("Tags"), WHEN["tags"].length, description=ALL_TAGS)
    channels = Channels(_("Channels"), description=EVERY_CHANNEL)


class TagAdded(NodeForm):
    tags = Lines(
        _("Tags"),
        WHEN["tags"].length,
        description=_("One a line. It starts when one of them is added and the customer then has all."),
    )
    keywords = Lines(
        _("Keywords"),
        description=_("One a line. For messages of a customer who has the tags already."),
    )
    channels = Channels(_("Channels"), description=EVERY_CHANNEL)


class Schedule(NodeForm):
    schedule_frequency = Choice(_("How often"), node_labels.FREQUENCIES, kinds.SCHEDULE_FREQUENCIES, empty=_("Choose…"))
    schedule_start_date = Day(
        _("First day"),
        description=_("Left empty: the day of publishing. Once needs one. The 31st is the last day of shorter months."),
    )
    schedule_time = Clock(_("Time of day"), description=_("In the time zone of this installation."))
    tags = Lines(_("Tags"), WHEN["tags"].length, description=ALL_TAGS)


class ConditionForm(NodeForm):
    combination_operator = Choice(
        _("It is true when"), node_labels.COMBINATIONS, kinds.COMBINATIONS,
        description=_("Without conditions it is always true."),
    )  # fmt: skip
    conditions = Conditions(_("Conditions"))


class SendMessage(NodeForm):
    message_content = LongText(_("Message"), description=PLACEHOLDERS)
    key_values = Buttons(_("Buttons"), description=ONE_A_LINE)


class Redirect(NodeForm):
    redirect_destination = Destination(_("Destination"))


class Tag(NodeForm):
    tag_name = Text(_("Tag"), ACTION["tag_name"].length)


class Delay(NodeForm):
    delay_amount = Whole(_("How long"), description=_("At most 366 days."))
    delay_unit = Choice(_("Unit"), node_labels.UNITS, kinds.UNITS)


class AiControl(NodeForm):
    ai_control_action = Choice(_("What the AI should do"), labels.AI_CONTROL_ACTIONS, kinds.AI_CONTROL_ACTIONS)
    ai_custom_prompt = LongText(
        _("Instruction"), description=_("For “Give the AI an instruction”: what it should heed in this conversation.")
    )


class AiContext(NodeForm):
    ai_context_data = Facts(
        _("Facts"), description=_("One a line, as name = value. For anything deeper, a JSON object.")
    )


class Webhook(NodeForm):
    webhook_url = Text(
        _("Address"),
        description=_("It begins with https:// or http://. Inside your own network, the installation has to allow it."),
    )
    webhook_method = Choice(_("Method"), {}, kinds.WEBHOOK_METHODS)
    webhook_headers = Facts(_("Headers"), description=_("One a line, as name = value."))
    webhook_payload = Json(
        _("Content"), description=_("A JSON object. Texts in it can have {{user.first_name}} and the like.")
    )


class Status(NodeForm):
    status = Choice(_("Status"), labels.STATUSES, kinds.CONVERSATION_STATUSES)
    kept_under = {"status": (kinds.STATUS_NAMES, kinds.new_status)}


class Note(NodeForm):
    note = LongText(_("Note"), description=PLACEHOLDERS)
    kept_under = {"note": (kinds.NOTE_NAMES, kinds.note_text)}


class Email(NodeForm):
    to = Text(
        _("To"),
        description=_("One address or several with commas between; left empty: to the customer's own address."),
    )
    subject = Text(_("Subject"), description=PLACEHOLDERS)
    text = LongText(_("Text"), description=PLACEHOLDERS)
    kept_under = {part: (names, partial(kinds.email_part, part=part)) for part, names in kinds.EMAIL_NAMES.items()}


class Code(NodeForm):
    custom_code = LongText(_("Code"))


class WaitingForm(NodeForm):
    customer_message = LongText(_("Question"), description=PLACEHOLDERS)
    key_values = Buttons(_("Buttons"), description=ONE_A_LINE)
    storage_type = Choice(_("What the answer must be"), node_labels.STORAGE_TYPES, kinds.STORAGE_TYPES)
    choice_options = Lines(_("Options"), description=_("One a line. For “One of several options”."))
    error_message = LongText(_("Said after a wrong answer"), description=_("Left empty: the question is asked again."))
    allowed_errors = Whole(_("Wrong answers until it gives up"))
    exit_keywords = Lines(_("Words that end the question"), description=ONE_A_LINE)
    response_time_limit_enabled = Switch(_("Wait only for a limited time"))
    response_timeout_amount = Whole(_("At most"))
    response_timeout_unit = Choice(_("Unit"), node_labels.UNITS, kinds.UNITS)
