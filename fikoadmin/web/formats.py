"""How numbers and moments are written: Persian digits and Jalali dates in Persian, local time in both.

Ids, JSON and code never pass through here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import Flask, request
from jdatetime import date as JalaliDate

from ..clock import now
from .language import gettext, ngettext, page_language, reading

PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
PERSIAN_MONTHS = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور") + (
    "مهر",
    "آبان",
    "آذر",
    "دی",
    "بهمن",
    "اسفند",
)
ENGLISH_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
PERSIAN_SIGNS = str.maketrans({",": "٬", ".": "٫", "-": "−"})


def init_app(app: Flask) -> None:
    """Gives every template the filters and functions of this module."""
    app.jinja_env.filters.update(
        number=format_number,
        digits=format_digits,
        datetime=format_datetime,
        date=format_date,
        clock=format_clock,
        day=format_day,
        relative=format_relative,
        duration=format_duration,
    )
    app.jinja_env.globals.update(query_with=query_with)


def query_with(**changes: str | None) -> str:
    """The present page's query with these parameters set, or left out where None."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return "?" + urlencode(kept + [(name, value) for name, value in changes.items() if value is not None])


def format_digits(text: object) -> str:
    """The text with the reader's digits; for prose, never for ids or code."""
    return str(text).translate(PERSIAN_DIGITS) if page_language() == "fa" else str(text)


def format_number(number: int | float) -> str:
    """A number with thousands separators: 12,345 or ۱۲٬۳۴۵."""
    text = f"{number:,}"
    return format_digits(text.translate(PERSIAN_SIGNS)) if page_language() == "fa" else text


def format_date(moment: datetime | None) -> str:
    """22 Nov 2026 or ۱ آذر ۱۴۰۵; empty for None."""
    return format_calendar_day(_told(moment).day) if moment else ""


def format_calendar_day(day: date) -> str:
    """The same for a day of no certain moment."""
    return _date(page_language(), day)


@lru_cache(maxsize=1024)
def _date(language: str, day: date) -> str:
    if language != "fa":
        return f"{day.day} {ENGLISH_MONTHS[day.month - 1]} {day.year}"
    jalali = JalaliDate.fromgregorian(date=day)
    return f"{jalali.day} {PERSIAN_MONTHS[jalali.month - 1]} {jalali.year}".translate(PERSIAN_DIGITS)


def format_clock(moment: datetime | None) -> str:
    """19:37 or ۱۹:۳۷; empty for None."""
    return _told(moment).clock if moment else ""


def format_datetime(moment: datetime | None) -> str:
    """Date and local time; empty for None."""
    return _told(moment).datetime if moment else ""


class Told(NamedTuple):
    """A minute in words; `day` is the local one."""

    clock: str
    datetime: str
    day: date


def _told(moment: datetime) -> Told:
    language, zone = reading()
    return _minute(language.code, zone, _aware(moment).replace(second=0, microsecond=0))


# What a page tells of a moment it tells several times, and again each time that it is read anew.
@lru_cache(maxsize=4096)
def _minute(language: str, zone: ZoneInfo, minute: datetime) -> Told:
    local = minute.astimezone(zone)
    day, clock = local.date(), f"{local:%H:%M}"
    if language == "fa":
        clock = clock.translate(PERSIAN_DIGITS)
        return Told(clock, f"{_date(language, day)}، {clock}", day)
    return Told(clock, f"{_date(language, day)}, {clock}", day)


def format_day(moment: datetime) -> str:
    """The heading of a day in a timeline: Today, Yesterday or the date."""
    age = (_told(now()).day - _told(moment).day).days
    if age == 0:
        return str(gettext("Today"))
    return str(gettext("Yesterday")) if age == 1 else format_date(moment)


def format_relative(moment: datetime | None, since: datetime | None = None) -> str:
    """How long ago, or how far ahead, seen from `since` (default: now); the date beyond a week."""
    if moment is None:
        return ""
    age = (since or now()) - _aware(moment)
    if abs(age) < timedelta(minutes=1):
        return str(gettext("just now"))
    if abs(age) >= timedelta(days=7):
        return format_date(moment)
    length = format_duration(abs(age), coarse=True)
    past = age > timedelta()
    return str(gettext("%(length)s ago", length=length) if past else gettext("in %(length)s", length=length))


def format_duration(length: timedelta, coarse: bool = False) -> str:
    """A length of time in its largest whole unit; seconds keep one decimal unless coarse."""
    seconds = length.total_seconds()
    if seconds >= 86_400:
        return _counted(int(seconds // 86_400), "day")
    if seconds >= 3_600:
        return _counted(int(seconds // 3_600), "hour")
    if coarse or seconds >= 60:
        return _counted(int(seconds // 60), "minute")
    return str(gettext("%(count)s s", count=format_number(round(seconds, 1))))


def _counted(count: int, unit: str) -> str:
    shown = format_number(count)
    if unit == "day":
        return str(ngettext("%(count)s day", "%(count)s days", count, count=shown))
    if unit == "hour":
        return str(ngettext("%(count)s hour", "%(count)s hours", count, count=shown))
    return str(ngettext("%(count)s minute", "%(count)s minutes", count, count=shown))


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
