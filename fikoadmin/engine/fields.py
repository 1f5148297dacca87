"""What a condition's field or a placeholder may name, and how its value is found."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any, Final, TypeAlias

Fields: TypeAlias = Mapping[str, Any]
"""Plain nested values: `user`, `conversation`, `event` {type, data}, `answers` {stripped node title: text},
`user_responses` {node id: text} and `now` {date, time, weekday}."""


class Missing(Enum):
    MISSING = "missing"


MISSING: Final = Missing.MISSING
"""What `look_up` returns for a name without a value; a value that is null is None instead."""

_PARTS = {
    "user": (
        "id",
        "first_name",
        "last_name",
        "full_name",
        "email",
        "phone_number",
        "username",
        "source",
        "tags",
        "created_at",
    ),
    "conversation": ("id", "status", "source", "ai_enabled", "destination", "unanswered_minutes"),
    "event": ("type",),
    "now": ("date", "time", "weekday"),
}

NAMES: tuple[str, ...] = tuple(f"{part}.{name}" for part, names in _PARTS.items() for name in names)
"""The fixed names."""

DATA = "event.data."
ANSWERS = "answers."
USER_RESPONSE = "user_response_"

_FIXED = frozenset(NAMES)
_PREFIXES = (DATA, ANSWERS, USER_RESPONSE)


def known(name: str) -> bool:
    """Whether `name` is a fixed name or a prefix with something behind it."""
    return name in _FIXED or any(name.startswith(prefix) and name != prefix for prefix in _PREFIXES)


def look_up(fields: Fields, name: str) -> Any:
    """The value that `name` has in `fields`, MISSING where it has none."""
    if name in _FIXED:
        part, _, key = name.partition(".")
        return fields.get(part, {}).get(key, MISSING)
    if name.startswith(DATA):
        return _descend(fields.get("event", {}).get("data", {}), name.removeprefix(DATA))
    # A title is taken whole: it may hold spaces and dots.
    if name.startswith(ANSWERS):
        return fields.get("answers", {}).get(name.removeprefix(ANSWERS).strip(), MISSING)
    if name.startswith(USER_RESPONSE):
        return fields.get("user_responses", {}).get(name.removeprefix(USER_RESPONSE), MISSING)
    return MISSING


def _descend(value: Any, path: str) -> Any:
    for key in path.split("."):
        if isinstance(value, Mapping):
            value = value.get(key, MISSING)
        elif isinstance(value, list):
            value = _item(value, key)
        else:
            return MISSING
    return value


def _item(items: list[Any], key: str) -> Any:
    if not (key.isascii() and key.isdigit() and len(key) < 10):
        return MISSING
    return items[int(key)] if int(key) < len(items) else MISSING
