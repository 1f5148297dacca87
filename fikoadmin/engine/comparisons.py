"""The operators of conditions: each compares an actual value with an expected one."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from math import prod
from operator import ge, gt, le, lt
from typing import Any, TypeAlias

import regex

from ..words import N_
from .placeholders import written
from .text import normalise
from .values import Senseless, bounds, choices, ordered, same

PATTERN_LENGTH = 1_000
REPEATS = 100_000
SEARCHED_LENGTH = 10_000
SEARCH_SECONDS = 0.1

# Compiling writes a counted repeat out, and nested ones multiply: no time-out covers that.
_COUNT = re.compile(r"\{\s*(\d{1,9})")

Comparison: TypeAlias = Callable[[Any, Any], bool]

NOT_PLAIN = N_("only a single value compares with this operator")
BAD_PATTERN = N_("the pattern cannot be read")
TOO_SLOW = N_("the pattern took too long")


def compare(operator: str, actual: Any, expected: Any) -> tuple[bool, str]:
    """Whether the field condition holds; where it makes no sense, False and the reason."""
    try:
        return FIELD_OPERATORS[operator](actual, expected), ""
    except Senseless as error:
        return False, str(error)


def compare_message(operator: str, actual: Any, expected: Any) -> tuple[bool, str]:
    """The same for a condition on the message's text, normalised on both sides."""
    try:
        return MESSAGE_OPERATORS[operator](normalise(_plain(actual)), normalise(_plain(expected))), ""
    except Senseless as error:
        return False, str(error)


def pattern_error(pattern: str) -> str | None:
    """Why `pattern` is not a regular expression that can be used, None where it is one."""
    if len(pattern) > PATTERN_LENGTH:
        return f"longer than {PATTERN_LENGTH} characters"
    if prod(int(count) or 1 for count in _COUNT.findall(pattern)) > REPEATS:
        return f"repeats more than {REPEATS} times"
    try:
        regex.compile(pattern)
    except (regex.error, ValueError, OverflowError, RecursionError, IndexError, KeyError) as error:
        return str(error) or type(error).__name__
    return None


def _plain(value: Any) -> str:
    if isinstance(value, list | Mapping):
        raise Senseless(NOT_PLAIN)
    return written(value)


def _equals(actual: Any, expected: Any) -> bool:
    if actual is not None and isinstance(actual, list | Mapping) != isinstance(expected, list | Mapping):
        raise Senseless(NOT_PLAIN)
    return same(actual, expected)


def _contains(actual: Any, expected: Any) -> bool:
    text = _plain(expected)
    if isinstance(actual, list):
        return any(same(item, expected) for item in actual)
    return actual is not None and text in _plain(actual)


def _in(actual: Any, expected: Any) -> bool:
    if isinstance(expected, Mapping) or isinstance(actual, Mapping):
        raise Senseless(NOT_PLAIN)
    values = actual if isinstance(actual, list) else [actual]
    return any(same(value, choice) for value in values for choice in choices(expected))


def _between(actual: Any, expected: Any) -> bool:
    low, high = bounds(expected)
    return ordered(ge, actual, low) and ordered(le, actual, high)


def _matches(actual: Any, pattern: Any) -> bool:
    if actual is None:
        return False
    if not isinstance(pattern, str) or pattern_error(pattern) is not None:
        raise Senseless(BAD_PATTERN)
    try:
        found = regex.search(pattern, _plain(actual)[:SEARCHED_LENGTH], timeout=SEARCH_SECONDS)
    except TimeoutError:
        raise Senseless(TOO_SLOW) from None
    return found is not None


def _empty(actual: Any) -> bool:
    return actual is None or actual in ("", [], {})


def _on_texts(holds: Callable[[str, str], bool]) -> Comparison:
    return lambda actual, expected: actual is not None and holds(_plain(actual), _plain(expected))


def _folded(comparison: Comparison) -> Comparison:
    return lambda actual, expected: comparison(_fold(actual), _fold(expected))


def _fold(value: Any) -> Any:
    if isinstance(value, list):
        return [_fold(item) for item in value]
    return value.casefold() if isinstance(value, str) else value


def _not(comparison: Comparison) -> Comparison:
    return lambda actual, expected: not comparison(actual, expected)


def _order(holds: Callable[[Any, Any], bool]) -> Comparison:
    return lambda actual, expected: ordered(holds, actual, expected)


_starts = _on_texts(str.startswith)
_ends = _on_texts(str.endswith)

FIELD_OPERATORS: Mapping[str, Comparison] = {
    "equals": _equals,
    "not_equals": _not(_equals),
    "contains": _contains,
    "not_contains": _not(_contains),
    "icontains": _folded(_contains),
    "starts_with": _starts,
    "istarts_with": _folded(_starts),
    "ends_with": _ends,
    "iends_with": _folded(_ends),
    "in": _in,
    "not_in": _not(_in),
    "is_null": lambda actual, _: actual is None,
    "is_not_null": lambda actual, _: actual is not None,
    "is_empty": lambda actual, _: _empty(actual),
    "is_not_empty": lambda actual, _: not _empty(actual),
    "greater": _order(gt),
    "greater_equal": _order(ge),
    "less": _order(lt),
    "less_equal": _order(le),
    "between": _between,
    "not_between": _not(_between),
    "matches_regex": _matches,
}

MESSAGE_OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "equals_to": lambda actual, expected: actual == expected,
    "not_equal": lambda actual, expected: actual != expected,
    "start_with": str.startswith,
    "end_with": str.endswith,
    "contains": lambda actual, expected: expected in actual,
}
