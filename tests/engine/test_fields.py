import pytest

from fikoadmin.engine.fields import MISSING, NAMES, known, look_up

FIELDS = {
    "user": {"email": None, "tags": ["vip"]},
    "conversation": {"ai_enabled": False},
    "event": {"type": "WEBHOOK", "data": {"order": {"lines": [{"sku": "A1"}]}, "content": "hi"}},
    "answers": {"Your city. Now": "تهران", "نام": "سارا"},
    "user_responses": {"n-1": "5"},
    "now": {"weekday": "monday"},
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("user.email", None),
        ("user.tags", ["vip"]),
        ("conversation.ai_enabled", False),
        ("event.type", "WEBHOOK"),
        ("event.data.content", "hi"),
        ("event.data.order.lines.0.sku", "A1"),
        ("answers.Your city. Now", "تهران"),
        ("answers.نام", "سارا"),
        ("user_response_n-1", "5"),
        ("event.data.order.lines.7.sku", MISSING),
        ("event.data.order.lines.²", MISSING),
        ("event.data.content.x", MISSING),
        ("answers.nobody asked", MISSING),
        ("user_response_other", MISSING),
        ("user.password", MISSING),
        ("", MISSING),
    ],
)
def test_look_up(name: str, value: object) -> None:
    assert look_up(FIELDS, name) == value


def test_fixed_names_and_prefixes_are_known_and_nothing_else() -> None:
    assert all(known(name) for name in (*NAMES, "event.data.a.b", "answers.a b", "user_response_x"))
    assert not any(known(name) for name in ("event.data.", "answers.", "user_response_", "user.nmae", "now", ""))


def test_every_fixed_name_is_missing_where_nothing_is_given() -> None:
    assert all(look_up({}, name) is MISSING for name in NAMES)
