"""Conditions: groups of checks on the message, on fields and by a language model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..words import N_
from .comparisons import (
    FIELD_OPERATORS,
    MESSAGE_OPERATORS,
    compare,
    compare_message,
)
from .condition_shape import DEPTH, combination, field_name, is_group, on_field, shown
from .fields import MISSING, Fields, known, look_up
from .kinds import COMBINATIONS
from .placeholders import fill_data

MESSAGE = "event.data.content"

Judgement: TypeAlias = bool | str
"""What the language model answered to a prompt, or as a text the reason why it did not."""


@dataclass(frozen=True, slots=True)
class Check:
    """One condition as it was checked; `passed` is None while its prompt is not judged.

    `what` is the field's name, `message` or `ai`; `expected` and `actual` are JSON, shortened.
    """

    what: str
    operator: str
    expected: Any
    actual: Any
    passed: bool | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """`value` is None while it hangs on `prompts`, which are to be judged next (as written, not filled).

    `unknown` are the names in expected values that had no value, and so became empty.
    """

    value: bool | None
    checks: list[Check] = field(default_factory=list)
    prompts: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def check(node: Mapping[str, Any], fields: Fields, judged: Mapping[str, Judgement]) -> Verdict:
    """What the conditions of `node`, a condition node or a connection's guard, come to.

    `judged` holds the judgements so far, by prompt. Never raises; what
    cannot be checked is false with a reason.
    """
    verdict = _any(node, fields, judged, 0)
    prompts, unknown = (list(dict.fromkeys(names)) for names in (verdict.prompts, verdict.unknown))
    return Verdict(verdict.value, verdict.checks, prompts, unknown)


def _any(condition: Any, fields: Fields, judged: Mapping[str, Judgement], depth: int) -> Verdict:
    if not isinstance(condition, Mapping):
        return _unreadable(condition, N_("this is not a condition"))
    if is_group(condition):
        return _group(condition, fields, judged, depth)
    if condition.get("type") == "ai":
        return _judged(condition, judged)
    return _message(condition, fields) if condition.get("type") == "message" else _field(condition, fields)


def _group(group: Mapping[str, Any], fields: Fields, judged: Mapping[str, Judgement], depth: int) -> Verdict:
    conditions = group.get("conditions", [])
    how = combination(group)
    if not isinstance(conditions, list) or how not in COMBINATIONS or depth >= DEPTH:
        return _unreadable(group, N_("this group of conditions cannot be read"))
    parts = [_any(condition, fields, judged, depth + 1) for condition in conditions]
    value = _combined(how, [part.value for part in parts])
    return Verdict(
        value,
        [check for part in parts for check in part.checks],
        # A prompt whose answer would change nothing any more is not asked.
        [prompt for part in parts if part.value is None for prompt in part.prompts] if value is None else [],
        [name for part in parts for name in part.unknown],
    )


def _combined(combination: str, values: list[bool | None]) -> bool | None:
    decisive = combination == "or"
    if decisive in values:
        return decisive
    if None in values:
        return None
    return not decisive or not values


def _judged(condition: Mapping[str, Any], judged: Mapping[str, Judgement]) -> Verdict:
    prompt = condition.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        return _unreadable(condition, N_("there is no prompt"), "ai")
    judgement = judged.get(prompt)
    if judgement is None:
        return Verdict(None, [Check("ai", "", shown(prompt), None, None, N_("not judged"))], [prompt])
    reason = judgement if isinstance(judgement, str) else ""
    passed = judgement is True
    return Verdict(passed, [Check("ai", "", shown(prompt), None if reason else passed, passed, reason)])


def _message(condition: Mapping[str, Any], fields: Fields) -> Verdict:
    operator, value = condition.get("operator"), condition.get("value")
    if not isinstance(operator, str) or operator not in MESSAGE_OPERATORS:
        return Verdict(False, [Check("message", str(operator), shown(value), None, False, N_("unknown operator"))])
    expected, unknown = fill_data(value, fields)
    found = look_up(fields, MESSAGE)
    actual = "" if found is MISSING else found
    passed, reason = compare_message(operator, actual, expected)
    done = Check("message", operator, shown(expected), shown(actual), passed, reason)
    return Verdict(passed, [done], unknown=unknown)


def _field(condition: Mapping[str, Any], fields: Fields) -> Verdict:
    name, operator, value = field_name(condition), condition.get("operator"), condition.get("value")
    refused = _refused(condition)
    if refused or not isinstance(operator, str):
        return Verdict(False, [Check(shown(name), str(shown(operator)), shown(value), None, False, refused)])
    expected, unknown = fill_data(value, fields)
    actual = _value(fields, name, operator)
    passed, reason = compare(operator, actual, expected)
    done = Check(name, operator, shown(expected), shown(actual), passed, reason)
    return Verdict(passed, [done], unknown=unknown)


def _value(fields: Fields, name: str, operator: str) -> Any:
    """What is compared. A blank in the customer's record is what nobody has filled in: it is null as well as empty."""
    found = look_up(fields, name)
    is_blank = found == "" and name.startswith("user.") and operator in ("is_null", "is_not_null")
    return None if found is MISSING or is_blank else found


def _refused(condition: Mapping[str, Any]) -> str:
    if not on_field(condition):
        return N_("unknown type of condition")
    if not known(field_name(condition)):
        return N_("unknown field")
    operator = condition.get("operator")
    known_operator = isinstance(operator, str) and operator in FIELD_OPERATORS
    return "" if known_operator else N_("unknown operator")


def _unreadable(value: Any, reason: str, what: str = "") -> Verdict:
    return Verdict(False, [Check(what, "", shown(value), None, False, reason)])
