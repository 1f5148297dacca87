"""Marks texts for translation where no reader's language is known yet."""

from __future__ import annotations

import re

# The texts with places for values that reasons are made of, each with what recognises one that has been filled.
PATTERNS: dict[str, re.Pattern[str]] = {}

_PLACE = re.compile(r"%\\\((\w+)\\\)s")


def N_(text: str) -> str:
    """`text` unchanged; the catalogue's extraction finds it, pages translate it when they show it."""
    return text


def P_(text: str) -> str:
    """The same for a text with `%(name)s` in it: filled and stored in English, a page finds it again by its shape."""
    PATTERNS[text] = re.compile(_PLACE.sub(r"(?P<\1>.+)", re.escape(text)), re.DOTALL)
    return text
