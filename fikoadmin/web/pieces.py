"""Small pieces that every page has many of: moments, ids, what people wrote. Functions and not macros, as chips are."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from markupsafe import Markup, escape

from .formats import format_clock, format_date, format_datetime, format_relative


def init_app(app: Flask) -> None:
    """Gives every template the functions of this module."""
    app.jinja_env.globals.update(moment=moment, time_of_day=time_of_day, day_of=day_of, code=code, written=written)


def moment(at: datetime | None, relative: bool = False) -> Markup:
    """Local date and time in words, exact in the attribute; `relative` shows how long ago, and the rest as title."""
    if at is None:
        return Markup()
    if relative:
        return _titled(at, format_relative(at))
    return Markup(f'<time datetime="{at.isoformat()}">{escape(format_datetime(at))}</time>')


def time_of_day(at: datetime) -> Markup:
    """Hours and minutes, the date as title."""
    return _titled(at, format_clock(at))


def day_of(at: datetime) -> Markup:
    """The date, the time as title."""
    return _titled(at, format_date(at))


def _titled(at: datetime, text: str) -> Markup:
    title = escape(format_datetime(at))
    return Markup(f'<time datetime="{at.isoformat()}" title="{title}">{escape(text)}</time>')


def code(text: object) -> Markup:
    """An id, a key or a stored value: left to right in every language."""
    return Markup(f'<code class="code">{escape(text)}</code>')


def written(text: object) -> Markup:
    """What a person wrote: its own direction."""
    return Markup(f'<bdi dir="auto">{escape(text)}</bdi>')
