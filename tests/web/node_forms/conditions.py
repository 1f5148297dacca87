"""Conditions as an import brings them: some that the form knows, a group, and one that nobody knows."""

from typing import Any

GROUP = {"combination_operator": "and", "conditions": [{"type": "message", "operator": "contains", "value": "x"}]}
IMPORTED: list[dict[str, Any]] = [
    {"type": "message", "operator": "contains", "value": "help", "id": "kept"},
    {"type": "custom", "field": "event.data.count", "operator": "greater", "value": 5},
    {"field": "user.tags", "operator": "in", "value": ["a", "b"]},
    {"type": "ai", "prompt": "Angry?\nSay true.", "value": ""},
    GROUP,
    {"type": "zodiac", "operator": "rises"},
]
