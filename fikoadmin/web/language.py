"""The words of a page in its reader's language, and the time zone it tells time in.

Flask-Babel settles once a page which language that is. What a text is in it is looked up once a process: a page says
hundreds of them, most of them in every row.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from babel.support import Translations
from flask import Flask, current_app, g
from flask_babel import get_locale as chosen_locale
from flask_babel.speaklater import LazyString
from markupsafe import Markup

CATALOGUES = Path(__file__).resolve().parent.parent / "translations"
RIGHT_TO_LEFT = frozenset({"fa"})
TEXTS_KEPT = 8192
"""More than are marked; a reason that was stored may be any text."""


class Language:
    """A language that pages are in; `code` as in `<html lang>`."""

    def __init__(self, code: str) -> None:
        catalogue = Translations.load(CATALOGUES, [code])
        self.code = code
        self.direction = "rtl" if code in RIGHT_TO_LEFT else "ltr"
        self.text = lru_cache(TEXTS_KEPT)(catalogue.ugettext)
        self.text_in_context = lru_cache(TEXTS_KEPT)(catalogue.upgettext)
        self.counted = catalogue.ungettext
        self.markup = lru_cache(TEXTS_KEPT)(lambda text: Markup(self.text(text)))


class Reading(NamedTuple):
    """What holds for all of one page."""

    language: Language
    zone: ZoneInfo


def reading() -> Reading:
    """Of the present page."""
    page = g._get_current_object()
    try:
        known: Reading = page.reading
    except AttributeError:
        known = page.reading = Reading(
            _language(chosen_locale().language), ZoneInfo(current_app.config["BABEL_DEFAULT_TIMEZONE"])
        )
    return known


_language = cache(Language)


def page_language() -> str:
    """The reader's language as in `<html lang>`: `en` or `fa`."""
    return reading().language.code


def page_direction() -> str:
    """`rtl` or `ltr`, as in `<html dir>`."""
    return reading().language.direction


def get_timezone() -> ZoneInfo:
    """The one in which the page tells time."""
    return reading().zone


def gettext(text: str, /, **values: object) -> str:
    """The text in the reader's language, filled with these values."""
    said: str = reading().language.text(text)
    return said % values if values else said


def ngettext(one: str, many: str, count: int, /, **values: object) -> str:
    """The one of both that goes with that number."""
    said: str = reading().language.counted(one, many, count)
    return said % values


def pgettext(context: str, text: str) -> str:
    """For a word that is several ones elsewhere: the one that is meant in this context."""
    said: str = reading().language.text_in_context(context, text)
    return said


def lazy_gettext(text: str, /, **values: object) -> LazyString:
    """A text that waits for its reader."""
    return LazyString(gettext, text, **values)


def lazy_pgettext(context: str, text: str) -> LazyString:
    """The same in a context."""
    return LazyString(pgettext, context, text)


def init_app(app: Flask) -> None:
    """Gives every template `_`, `ngettext` and the page's language; what they are filled with is escaped."""
    app.jinja_env.globals.update(
        _=_markup, ngettext=_counted_markup, page_language=page_language, page_direction=page_direction
    )


def _markup(text: str, /, **values: object) -> Markup:
    said: Markup = reading().language.markup(text)
    return said % values if values else said


def _counted_markup(one: str, many: str, count: int, /, **values: object) -> Markup:
    return Markup(reading().language.counted(one, many, count)) % values
