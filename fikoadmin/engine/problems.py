"""What is wrong with conditions before they are ever checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from .comparisons import FIELD_OPERATORS, MESSAGE_OPERATORS, pattern_error
from .condition_shape import DEPTH, combination, field_name, is_group, on_field, shown
from .fields import known
from .kinds import COMBINATIONS
from .placeholders import names
from .values import Senseless, bounds, choices, orderable

Problem: TypeAlias = tuple[str, dict[str, object]]
"""A finding's code and the parameters of its message."""


def problems(node: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the conditions of `node`, a condition node or a connection's guard."""
    return list(_problems(node, 0))


def _problems(condition: Any, depth: int) -> Iterator[Problem]:
    if not isinstance(condition, Mapping):
        yield "bad_condition", {}
    elif is_group(condition):
        yield from _group_problems(condition, depth)
    elif condition.get("type") == "ai":
        prompt = condition.get("prompt")
        if not isinstance(prompt, str) or not prompt.strip():
            yield "missing_prompt", {}
    elif condition.get("type") == "message":
        yield from _operator_problems(condition, MESSAGE_OPERATORS)
    else:
        yield from _field_problems(condition)


def _group_problems(group: Mapping[str, Any], depth: int) -> Iterator[Problem]:
    conditions = group.get("conditions", [])
    if not isinstance(conditions, list) or depth >= DEPTH:
        yield "bad_condition", {}
        return
    how = combination(group)
    if how not in COMBINATIONS:
        yield "unknown_combination", {"operator": shown(how)}
    for condition in conditions:
        yield from _problems(condition, depth + 1)


def _field_problems(condition: Mapping[str, Any]) -> Iterator[Problem]:
    name = field_name(condition)
    if not on_field(condition):
        yield "unknown_condition_type", {"type": shown(condition["type"])}
    elif not name:
        yield "missing_field", {}
    elif not known(name):
        yield "unknown_field", {"field": shown(name)}
    yield from _operator_problems(condition, FIELD_OPERATORS)


def _operator_problems(condition: Mapping[str, Any], operators: Mapping[str, Any]) -> Iterator[Problem]:
    operator, value = condition.get("operator"), condition.get("value")
    if not operator:
        yield "missing_operator", {}
    elif not isinstance(operator, str) or operator not in operators:
        yield "unknown_operator", {"operator": shown(operator)}
    else:
        yield from _name_problems(value)
        yield from _value_problems(operator, value)


def _name_problems(value: Any) -> Iterator[Problem]:
    texts = value if isinstance(value, list) else [value]
    for text in texts:
        unknown = [name for name in names(text) if not known(name)] if isinstance(text, str) else []
        yield from (("unknown_field", {"field": shown(name)}) for name in unknown)


def _value_problems(operator: str, value: Any) -> Iterator[Problem]:
    shape = _SHAPES.get(operator, "single")
    if shape == "none":
        return
    if shape == "pattern":
        error = pattern_error(value) if isinstance(value, str) else "not a text"
        if error is not None:
            yield "bad_regex", {"pattern": shown(value), "error": error}
    elif value is None or (shape != "equal" and value in ("", [])):
        yield "missing_value", {"operator": operator}
    elif not _fits(shape, value):
        yield "bad_value", {"operator": operator, "value": shown(value)}


_SHAPES = {
    "is_null": "none",
    "is_not_null": "none",
    "is_empty": "none",
    "is_not_empty": "none",
    "matches_regex": "pattern",
    "equals": "equal",
    "not_equals": "equal",
    "equals_to": "equal",
    "not_equal": "equal",
    "in": "choices",
    "not_in": "choices",
    "between": "bounds",
    "not_between": "bounds",
    "greater": "order",
    "greater_equal": "order",
    "less": "order",
    "less_equal": "order",
}
"""The shape of an operator's value where it is not simply one text or number."""


def _fits(shape: str, value: Any) -> bool:
    if isinstance(value, Mapping):
        return False
    if shape == "choices":
        return bool(choices(value))
    if shape == "bounds":
        return _two_bounds(value)
    if shape == "order":
        return _has_order(value)
    return not isinstance(value, list)


def _two_bounds(value: Any) -> bool:
    try:
        return all(_has_order(bound) for bound in bounds(value))
    except Senseless:
        return False


def _has_order(value: Any) -> bool:
    return orderable(value) or (isinstance(value, str) and bool(names(value)))
