"""The fields of node forms: what a stored value looks like in a form, and how what was typed becomes a value.

A field whose text comes back as it was shown keeps its stored value as it is, whatever the text leaves out:
buttons with more than a label, numbers among texts, unknown channels. `object_data` is the stored value.
"""

from __future__ import annotations

import json
from datetime import date, datetime, time
from typing import Any

from flask import current_app
from wtforms import StringField
from wtforms.widgets import TextArea, TextInput

from ...documents import strict
from ...engine.buttons import button_labels
from ...engine.kinds import COUNT_MAX
from ...engine.text import DIGITS
from ...errors import Invalid
from ..dates import DateInput, read_day, read_moment, typed_day, typed_moment
from ..formats import format_number
from ..language import gettext
from ..refused import refusal

TEXT_LENGTH = 20_000
LINES = 500


class Typed(StringField):
    """A text box; `text_of` shows a stored value, `value_of` reads what was typed and raises ValueError."""

    widget: Any = TextInput()
    length = TEXT_LENGTH

    def __init__(self, text: Any = None, length: int | None = None, **options: Any) -> None:
        super().__init__(text, **options)
        self.length = length or self.length

    def text_of(self, value: Any) -> str:
        return "" if value is None else str(value)

    def value_of(self, text: str) -> Any:
        return text

    def _value(self) -> str:
        return plain(self.raw_data[0]) if self.raw_data else self.text_of(self.data)

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not valuelist:
            return
        text = plain(valuelist[0])
        if text == plain(self.text_of(self.object_data)):
            self.data = self.object_data
            return
        self.data = self.value_of(self._sound(text))

    def _sound(self, text: str) -> str:
        if "\0" in text:
            raise ValueError(gettext("The text contains a character that cannot be stored (NUL)."))
        if len(text) > self.length:
            most = format_number(self.length)
            raise ValueError(gettext("At most %(count)s characters.", count=most))
        return text


def plain(text: str) -> str:
    """With the line ends that a browser changes as they were."""
    return str(text).replace("\r\n", "\n").replace("\r", "\n")


class Text(Typed):
    """One line."""


class LongText(Typed):
    widget = TextArea()


class Lines(Typed):
    """A list of texts, one a line; `each` is the greatest length of one."""

    widget = TextArea()

    def __init__(self, text: Any = None, each: int | None = None, **options: Any) -> None:
        super().__init__(text, **options)
        self.each = each

    def text_of(self, value: Any) -> str:
        return "\n".join(str(entry) for entry in value or ())

    def value_of(self, text: str) -> list[str]:
        values = [line.strip() for line in text.split("\n") if line.strip()]
        if len(values) > LINES:
            raise ValueError(gettext("At most %(count)s lines.", count=format_number(LINES)))
        if self.each is not None and any(len(value) > self.each for value in values):
            raise ValueError(gettext("At most %(count)s characters a line.", count=format_number(self.each)))
        return values


class Buttons(Lines):
    """The labels of buttons, one a line."""

    def text_of(self, value: Any) -> str:
        return super().text_of(button_labels(value or []))


class Facts(Typed):
    """An object: `name = value` lines while every value is a plain text, else JSON."""

    widget = TextArea()

    def text_of(self, value: Any) -> str:
        if not value:
            return ""
        if all(_fits_a_line(name, text) for name, text in value.items()):
            return "\n".join(f"{name} = {text}" for name, text in value.items())
        return json.dumps(value, ensure_ascii=False, indent=2)

    def value_of(self, text: str) -> dict[str, Any]:
        if text.lstrip().startswith("{"):
            return an_object(text)
        return dict(_fact(line) for line in text.split("\n") if line.strip())


def _fits_a_line(name: str, text: Any) -> bool:
    is_plain = isinstance(text, str) and "\n" not in text and text == text.strip()
    return is_plain and bool(name) and name == name.strip() and not set(name) & set("={\n")


def _fact(line: str) -> tuple[str, str]:
    name, sign, value = line.partition("=")
    if not sign or not name.strip():
        raise ValueError(gettext("Write each line as name = value."))
    return name.strip(), value.strip()


class Json(Typed):
    """An object as JSON."""

    widget = TextArea()

    def text_of(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, indent=2) if value else ""

    def value_of(self, text: str) -> dict[str, Any]:
        return an_object(text) if text.strip() else {}


def an_object(text: str) -> dict[str, Any]:
    """The object in a JSON text, sound as in an import; raises ValueError."""
    try:
        value = strict.parse(text)
        strict.refuse_unsound({"nodes": [{"conditions": [value]}]})  # as deep as it may stand in a document
    except Invalid as error:
        raise ValueError(gettext("This is not usable JSON: %(reason)s", reason=refusal(error))) from None
    if not isinstance(value, dict):
        raise ValueError(gettext("Write a JSON object: it begins with { and ends with }."))
    return value


class Whole(Typed):
    """A whole number from 0, in any digits."""

    widget = TextInput()

    def value_of(self, text: str) -> int:
        digits = text.strip().translate(DIGITS)
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 10 and int(digits) <= COUNT_MAX):
            raise ValueError(gettext("Write a whole number from 0 to %(most)s.", most=format_number(COUNT_MAX)))
        return int(digits)


class Day(Typed):
    """A date, kept as ISO 8601."""

    widget = DateInput("date")

    def text_of(self, value: Any) -> str:
        try:
            return typed_day(date.fromisoformat(str(value)[:10])) if value else ""
        except ValueError:
            return str(value)

    def value_of(self, text: str) -> str | None:
        try:
            return read_day(text).isoformat() if text else None
        except ValueError:
            raise ValueError(gettext("Write the date as year-month-day.")) from None


class Clock(Typed):
    """A time of day."""

    widget = TextInput("time")

    def value_of(self, text: str) -> str | None:
        try:
            return time.fromisoformat(text).isoformat("minutes") if text else None
        except ValueError:
            raise ValueError(gettext("Write the time as hours:minutes.")) from None


class Moment(Typed):
    """A date and time, typed and kept in the installation's time zone."""

    widget = DateInput("datetime-local")

    def text_of(self, value: Any) -> str:
        if not value:
            return ""
        moment = datetime.fromisoformat(str(value))
        zone = current_app.extensions["config"].timezone
        return typed_moment(moment.astimezone(zone) if moment.tzinfo else moment)

    def value_of(self, text: str) -> str | None:
        try:
            return read_moment(text).isoformat() if text else None
        except ValueError:
            raise ValueError(gettext("Write a date and a time of day.")) from None
