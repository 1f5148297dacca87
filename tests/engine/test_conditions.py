from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fikoadmin.engine.comparisons import FIELD_OPERATORS, MESSAGE_OPERATORS
from fikoadmin.engine.conditions import Judgement, Verdict, check
from fikoadmin.engine.fields import NAMES
from fikoadmin.engine.problems import problems

TEXT = "سلام، كمك مي‌خواهم ۱۲"
FIELDS: dict[str, Any] = {
    "user": {
        "first_name": "Sara",
        "email": None,
        "username": "",
        "phone_number": "09121234567",
        "tags": ["VIP", "new"],
        "created_at": "2025-10-03T13:44:43.124368+00:00",
    },
    "conversation": {"ai_enabled": True, "status": "active", "unanswered_minutes": 12},
    "event": {
        "type": "MESSAGE_RECEIVED",
        "data": {"content": "سلام، كمك مي‌خواهم ۱۲", "total": 250, "paid": "yes", "note": ""},
    },
    "answers": {"Age": "۳۵"},
    "now": {"date": "2025-11-20", "time": "09:30", "weekday": "thursday"},
}


def field(name: str, operator: str, value: Any = None) -> dict[str, Any]:
    return {"field": name, "operator": operator, "value": value}


def message(operator: str, value: Any) -> dict[str, Any]:
    return {"type": "message", "operator": operator, "value": value}


def ai(prompt: str) -> dict[str, Any]:
    return {"type": "ai", "prompt": prompt, "value": ""}


def group(combination: str, *conditions: Any) -> dict[str, Any]:
    return {"combination_operator": combination, "conditions": list(conditions)}


def verdict(node: Any, judged: dict[str, Judgement] | None = None) -> Verdict:
    return check(node, FIELDS, judged or {})


TRUE = [
    field("user.first_name", "equals", "Sara"),
    field("user.first_name", "not_equals", "sara"),
    field("user.first_name", "contains", "ar"),
    field("user.first_name", "not_contains", "AR"),
    field("user.first_name", "icontains", "AR"),
    field("user.first_name", "starts_with", "Sa"),
    field("user.first_name", "istarts_with", "sA"),
    field("user.first_name", "ends_with", "ra"),
    field("user.first_name", "iends_with", "RA"),
    field("user.first_name", "in", ["Ali", "Sara"]),
    field("user.first_name", "in", "Ali, Sara"),
    field("user.first_name", "in", "علی، Sara"),
    field("user.first_name", "not_in", "Ali,sara"),
    field("user.email", "is_null"),
    field("user.email", "is_empty"),
    field("user.email", "not_contains", "@"),
    field("user.username", "is_null"),
    field("event.data.note", "is_not_null"),
    field("event.data.note", "is_empty"),
    field("user.username", "is_empty"),
    field("user.first_name", "is_not_empty"),
    field("user.tags", "contains", "VIP"),
    field("user.tags", "not_contains", "vip"),
    field("user.tags", "icontains", "vip"),
    field("user.tags", "in", ["old", "new"]),
    field("user.tags", "is_not_empty"),
    field("conversation.unanswered_minutes", "greater", 9),
    field("conversation.unanswered_minutes", "greater", "9"),
    field("conversation.unanswered_minutes", "greater_equal", 12.0),
    field("conversation.unanswered_minutes", "less", "۱۳"),
    field("conversation.unanswered_minutes", "less_equal", 12),
    field("conversation.unanswered_minutes", "between", [10, 12]),
    field("conversation.unanswered_minutes", "between", "10,20"),
    field("conversation.unanswered_minutes", "not_between", [13, 20]),
    field("answers.Age", "greater", 18),
    field("answers.Age", "equals", 35),
    field("event.data.total", "equals", "250"),
    field("event.data.paid", "equals", "yes"),
    field("event.data.paid", "not_equals", True),
    field("event.data.nothing", "is_null"),
    field("conversation.ai_enabled", "equals", True),
    field("conversation.ai_enabled", "equals", "true"),
    field("conversation.ai_enabled", "not_equals", "yes"),
    field("conversation.ai_enabled", "not_equals", 1),
    field("user.created_at", "greater", "2025-10-01"),
    field("user.created_at", "less", "2025-10-03T13:44:44+03:30") | {"operator": "greater"},
    field("now.date", "between", ["2025-11-01", "2025-11-30"]),
    field("now.time", "between", "9:00, 17:00"),
    field("user.phone_number", "matches_regex", r"^09\d{9}$"),
    field("user.first_name", "equals", "{{user.first_name}}"),
    field("{{user.first_name}}", "equals", "Sara") | {"type": "user"},
    message("contains", "کمک می"),
    message("start_with", "سَلام"),
    message("end_with", "12"),
    message("not_equal", "سلام"),
    message("equals_to", " سلام، کمک میخواهم 12 "),
    group("and"),
    group("or"),
    group("or", field("user.email", "is_not_null"), group("and", field("user.tags", "contains", "VIP"))),
    {"operator": "or", "conditions": [field("user.email", "is_not_null"), field("user.email", "is_null")]},
]

FALSE = [
    field("user.first_name", "equals", "sara"),
    field("user.email", "equals", ""),
    field("user.username", "is_not_null"),
    field("event.data.note", "is_null"),
    field("user.email", "contains", ""),
    field("event.data.paid", "equals", True),
    field("conversation.ai_enabled", "equals", "yes"),
    field("user.phone_number", "equals", "9121234567"),
    field("now.time", "greater", "17:00"),
    message("equals_to", "سلام"),
    group("and", field("user.email", "is_null"), field("user.email", "is_not_null")),
]

SENSELESS = [
    (field("user.first_name", "greater", 3), "these two values have no order"),
    (field("user.email", "less", 3), "there is no value to compare"),
    (field("user.first_name", "not_between", [1, 2]), "these two values have no order"),
    (field("answers.Age", "between", [1]), "two bounds are needed"),
    (field("user.tags", "not_equals", "VIP"), "only a single value compares with this operator"),
    (field("user.tags", "starts_with", "VIP"), "only a single value compares with this operator"),
    (field("user.first_name", "matches_regex", "("), "the pattern cannot be read"),
    (field("user.first_name", "matches_regex", "((a{999}){999}){999}"), "the pattern cannot be read"),
    (field("user.nmae", "is_null"), "unknown field"),
    (field("user.email", "is_nul"), "unknown operator"),
    (message("equals", "x"), "unknown operator"),
    (field("user.email", "is_null") | {"type": "sms"}, "unknown type of condition"),
    (group("xor"), "this group of conditions cannot be read"),
    ({"type": "ai", "prompt": " "}, "there is no prompt"),
]


@pytest.mark.parametrize("node", TRUE, ids=str)
def test_holds(node: dict[str, Any]) -> None:
    assert verdict(node).value is True
    assert problems(node) == []


@pytest.mark.parametrize("node", FALSE, ids=str)
def test_does_not_hold(node: dict[str, Any]) -> None:
    result = verdict(node)
    assert result.value is False
    assert {made.reason for made in result.checks} == {""}


@pytest.mark.parametrize(("node", "reason"), SENSELESS, ids=str)
def test_p15_what_makes_no_sense_is_false_with_a_reason(node: dict[str, Any], reason: str) -> None:
    result = verdict(node)
    assert result.value is False
    assert [made.reason for made in result.checks] == [reason]


def test_p15_a_check_tells_expected_and_actual_value() -> None:
    [made] = verdict(field("user.first_name", "equals", "{{conversation.status}}")).checks
    assert (made.what, made.operator, made.expected, made.actual, made.passed) == (
        "user.first_name",
        "equals",
        "active",
        "Sara",
        False,
    )


def test_p15_a_name_without_a_value_in_what_is_expected_is_told() -> None:
    asked = group("or", message("contains", "{{event.data.hat}}"), field("user.id", "equals", "{{answers.Hat}}"))
    assert verdict(asked).unknown == ["event.data.hat", "answers.Hat"]


def test_p15_shown_values_are_bounded() -> None:
    [made] = check(message("contains", "x" * 5000), {"event": {"data": {"content": ["y"] * 500}}}, {}).checks
    assert len(made.expected) == 200
    assert len(made.actual) == 20


def test_a_pattern_that_runs_away_is_stopped() -> None:
    fields = {"event": {"data": {"content": "a" * 5000 + "!"}}}
    result = check(field("event.data.content", "matches_regex", r"^(a|aa|aaa)*(a|aa)*$"), fields, {})
    assert [made.reason for made in result.checks] == ["the pattern took too long"]


def test_a_verdict_waits_for_the_prompts_that_matter() -> None:
    node = group("or", field("user.email", "is_not_null"), group("and", ai("a?"), ai("b?")), ai("a?"))
    assert verdict(node).value is None
    assert verdict(node).prompts == ["a?", "b?"]
    assert verdict(node, {"a?": False}).value is False
    assert verdict(node, {"a?": True}).value is True


def test_no_prompt_is_asked_once_the_rest_decides() -> None:
    assert verdict(group("and", ai("a?"), field("user.email", "is_not_null"))).prompts == []
    assert verdict(group("or", ai("a?"), field("user.email", "is_null"))).prompts == []
    mixed = group("and", ai("b?"), group("or", ai("a?"), field("user.email", "is_null")))
    assert verdict(mixed).prompts == ["b?"]


def test_a_prompt_that_could_not_be_judged_is_false_with_that_reason() -> None:
    result = verdict(ai("a?"), {"a?": "no language model is configured"})
    assert result.value is False
    assert result.checks[0].reason == "no language model is configured"


PROBLEMS = [
    (field("user.email", "equal", "x"), "unknown_operator"),
    (field("user.email", "", "x"), "missing_operator"),
    (field("user.mail", "equals", "x"), "unknown_field"),
    (field("user.email", "equals", "{{user.mail}}"), "unknown_field"),
    (field("", "equals", "x"), "missing_field"),
    ({}, "missing_field"),
    (field("user.email", "contains", ""), "missing_value"),
    (field("user.email", "equals"), "missing_value"),
    (field("user.email", "in", " , "), "bad_value"),
    (field("user.email", "in", []), "missing_value"),
    (field("answers.Age", "greater", "old"), "bad_value"),
    (field("answers.Age", "between", [1, 2, 3]), "bad_value"),
    (field("answers.Age", "between", "1,old"), "bad_value"),
    (field("user.email", "starts_with", ["a"]), "bad_value"),
    (field("user.email", "equals", {"a": 1}), "bad_value"),
    (field("user.email", "matches_regex", "("), "bad_regex"),
    (field("user.email", "matches_regex", "a" * 1001), "bad_regex"),
    (field("user.email", "matches_regex", 5), "bad_regex"),
    (message("is_null", "x"), "unknown_operator"),
    ({"type": "sms", "field": "user.email", "operator": "is_null"}, "unknown_condition_type"),
    ({"type": "ai"}, "missing_prompt"),
    ({"conditions": "x"}, "bad_condition"),
    ({"conditions": ["x"]}, "bad_condition"),
    ({"conditions": [], "combination_operator": "xor"}, "unknown_combination"),
]


@pytest.mark.parametrize(("node", "code"), PROBLEMS, ids=str)
def test_a_problem_is_told_before_publishing(node: dict[str, Any], code: str) -> None:
    assert [found for found, _ in problems(group("and", node))][:1] == [code]


def test_groups_nested_too_deep_are_a_problem_and_false() -> None:
    node = group("and")
    for _ in range(50):
        node = group("and", node)
    assert [code for code, _ in problems(node)] == ["bad_condition"]
    assert verdict(node).value is False


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12)
WORDS = st.sampled_from([*FIELD_OPERATORS, *MESSAGE_OPERATORS, *NAMES, "message", "ai", "user", "and", "or", "12:30"])
KEYS = st.sampled_from(["type", "field", "operator", "value", "prompt", "conditions", "combination_operator"])
JSON = st.recursive(
    SCALARS | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=12,
)
CONDITIONS = st.fixed_dictionaries(
    {
        "field": st.sampled_from([*NAMES, "event.data.x"]),
        "operator": st.sampled_from([*FIELD_OPERATORS]),
        "value": JSON,
    }
)


@settings(max_examples=300)
@given(st.dictionaries(KEYS, JSON) | CONDITIONS, JSON)
def test_p29_checking_never_raises(node: dict[str, Any], value: Any) -> None:
    fields = {
        "event": {"type": value, "data": {"content": value, "x": value}},
        "user": {"tags": value, "id": value},
    }
    problems(node)
    result = check(node, fields, {})
    assert result.value in (True, False, None)
    assert (result.value is None) == bool(result.prompts)


@settings(max_examples=300)
@given(st.text(alphabet="ab()[]{}*+?|\\.^$0123456789,<>=!:PRpLNk-&~ ", max_size=25))
def test_p29_any_pattern_is_used_or_refused(pattern: str) -> None:
    node = field("user.first_name", "matches_regex", pattern)
    assert bool(problems(node)) == (verdict(node).checks[0].reason == "the pattern cannot be read")
