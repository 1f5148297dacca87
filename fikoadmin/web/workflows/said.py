"""Sentences with parts that people wrote.

Each part stands isolated, so that neither its direction nor its markup spreads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from ..formats import format_number
from ..language import ngettext, page_language

SHOWN_LENGTH = 90
SHOWN_ITEMS = 4


def said(sentence: str, **parts: object) -> Markup:
    """A translated sentence with its parts: a Markup as it is, any other isolated and shortened."""
    return Markup(sentence) % {name: written(part) for name, part in parts.items()}


def written(value: object) -> Markup:
    """What somebody wrote, in one line."""
    if isinstance(value, Markup):
        return value
    text = " ".join(str(value).split())
    short = text if len(text) <= SHOWN_LENGTH else text[: SHOWN_LENGTH - 1].rstrip() + "…"
    return Markup("<bdi>{}</bdi>").format(short)


def listed(values: Sequence[Any]) -> Markup:
    """The first values, and how many more there are."""
    comma = "، " if page_language() == "fa" else ", "
    shown = Markup(comma).join(written(value) for value in values[:SHOWN_ITEMS])
    more = len(values) - SHOWN_ITEMS
    if more <= 0:
        return shown
    rest = ngettext("and %(count)s more", "and %(count)s more", more, count=format_number(more))
    return Markup("{} {}").format(shown, rest)


def joined(*parts: Markup) -> Markup:
    return Markup(" · ").join(part for part in parts if part)
