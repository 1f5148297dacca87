"""Dates as people type them: by the browser's own control in English, as Jalali dates in Persian.

No browser's control knows the Jalali calendar, so there it is a text field. Years tell the calendars apart: a Jalali
one lies between 1300 and 1499, a Gregorian one is 1900 or later.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import Any

from jdatetime import date as JalaliDate
from markupsafe import Markup
from wtforms.widgets import TextInput

from ..engine.text import DIGITS
from .formats import format_digits
from .language import page_language

YEARS = range(1900, 9999)
JALALI_YEARS = range(1300, 1500)
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", re.ASCII)
_EXAMPLES = {"date": "1405/09/02", "datetime-local": "1405/09/02 09:30"}


class DateInput(TextInput):
    """The browser's control of that type; in Persian a text field that shows what to write."""

    def __init__(self, native: str) -> None:
        super().__init__(native)
        self.native = native

    def __call__(self, field: Any, **attributes: Any) -> Markup:
        if page_language() == "fa":
            attributes |= {"type": "text", "placeholder": format_digits(_EXAMPLES[self.native])}
        return Markup(super().__call__(field, **attributes))


def read_day(text: str) -> date:
    """The day that was typed, in either calendar and any digits; raises ValueError."""
    found = _DAY.fullmatch(text.strip().translate(DIGITS))
    if not found:
        raise ValueError(text)
    year, month, day = map(int, found.groups())
    if year in JALALI_YEARS:
        jalali: date = JalaliDate(year, month, day).togregorian()
        return jalali
    if year not in YEARS:
        raise ValueError(text)
    return date(year, month, day)


def read_moment(text: str) -> datetime:
    """The day and time that were typed, with a space or a T between them; raises ValueError."""
    day, _, clock = text.strip().replace("T", " ").partition(" ")
    return datetime.combine(read_day(day), time.fromisoformat(clock.strip().translate(DIGITS).zfill(len("09:30"))))


def typed_day(day: date) -> str:
    """The day as the reader would type it."""
    if page_language() != "fa":
        return day.isoformat()
    return format_digits(JalaliDate.fromgregorian(date=day).strftime("%Y/%m/%d"))


def typed_moment(moment: datetime) -> str:
    """The moment as the reader would type it, to the minute."""
    between = " " if page_language() == "fa" else "T"
    return f"{typed_day(moment.date())}{between}{format_digits(f'{moment:%H:%M}')}"
