"""The ready workflows that come with the app, each in every language, as documents in the export format."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

KEYS = ("keyword_to_support", "out_of_hours", "unanswered", "phone_number", "welcome", "discount")
"""In the order in which they are offered."""


@cache
def template(key: str, language: str) -> dict[str, Any]:
    """The bare document of one of KEYS in `en` or `fa`; not to be changed."""
    text = files(__package__).joinpath("ready", f"{key}.{language}.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
