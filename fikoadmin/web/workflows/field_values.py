"""The values of a condition's field in the reader's words: a status, a channel, a day."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from ...destinations import DESTINATIONS
from ...models.conversations import SOURCES
from ..formats import format_calendar_day, format_datetime, format_digits
from ..labels import EVENT_TYPES, STATUSES, destination_label, label
from ..language import get_timezone
from .node_labels import TRUTH, WEEKDAYS, word


def _moment(text: str) -> str:
    """A day or a moment, as conditions compare it; what is neither, or in no calendar of ours, stays as it is."""
    try:
        moment = datetime.fromisoformat(text)
        if len(text) <= len("2025-10-01"):
            return format_calendar_day(moment.date())
        # Without a zone it is compared as local time.
        return format_datetime(moment if moment.tzinfo else moment.replace(tzinfo=get_timezone()))
    except (ValueError, OverflowError):
        return text


WORDS: Mapping[str, Callable[[str], str]] = {
    "conversation.status": partial(label, "status"),
    "conversation.destination": destination_label,
    "conversation.source": partial(label, "channel"),
    "user.source": partial(label, "channel"),
    "user.created_at": _moment,
    "conversation.ai_enabled": partial(word, TRUTH),
    "event.type": partial(label, "event_type"),
    "now.weekday": partial(word, WEEKDAYS),
    "now.date": format_digits,
    "now.time": format_digits,
    "conversation.unanswered_minutes": format_digits,
}


KNOWN: Mapping[str, Iterable[str]] = {
    "conversation.status": STATUSES,
    "conversation.destination": [destination.value for destination in DESTINATIONS],
    "conversation.source": SOURCES,
    "user.source": SOURCES,
    "conversation.ai_enabled": TRUTH,
    "event.type": EVENT_TYPES,
    "now.weekday": WEEKDAYS,
}
"""The values of those fields that have only a few."""


def values_of(field: str) -> list[tuple[str, str]]:
    """The values that the field can have with their words; none where it can have many."""
    return [(value, WORDS[field](value)) for value in KNOWN.get(field, ())]


def in_words(field: str, value: Any) -> Any:
    """That value of the field as a text, or a list of them where it holds several; what is not known as it is."""
    if isinstance(value, list):
        return [in_words(field, each) for each in value]
    if value is None:
        return None
    words = WORDS.get(field)
    if words and isinstance(value, str) and "," in value:
        return [words(each.strip()) for each in value.split(",")]
    return words(_text(value)) if words else _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return format_digits(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
