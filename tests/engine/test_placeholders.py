import pytest

from fikoadmin.engine.placeholders import fill, fill_data, names, rewrite_ids

FIELDS = {
    "user": {"first_name": "Sara", "email": None, "tags": ["vip", "new"]},
    "conversation": {"id": "abc123", "ai_enabled": True, "unanswered_minutes": 5.0},
    "event": {"type": "MESSAGE_RECEIVED", "data": {"content": "{{user.tags}}", "cart": {"n": 1}}},
    "answers": {"شهر شما": "تهران"},
    "user_responses": {"n1": "42"},
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("Hi {{user.first_name}}!", "Hi Sara!"),
        ("{{ conversation.id }}", "abc123"),
        ("{{user.tags}}", "vip, new"),
        ("{{user.email}}|", "|"),
        ("{{conversation.ai_enabled}} {{conversation.unanswered_minutes}}", "true 5"),
        ("{{answers.شهر شما}} {{user_response_n1}}", "تهران 42"),
        ("{{event.data.cart}}", '{"n": 1}'),
        ("{user.first_name} {{}} {{ {{", "{user.first_name} {{}} {{ {{"),
    ],
)
def test_fill(text: str, filled: str) -> None:
    assert fill(text, FIELDS) == (filled, [])


def test_an_unknown_name_becomes_empty_and_is_told_once() -> None:
    assert fill("a{{user.nmae}}b{{user.nmae}}{{answers.no}}", FIELDS) == ("ab", ["user.nmae", "answers.no"])


def test_what_a_customer_wrote_is_never_filled_again() -> None:
    assert fill("{{event.data.content}}", FIELDS) == ("{{user.tags}}", [])


def test_fill_data_fills_texts_and_leaves_keys_and_numbers() -> None:
    data = {"{{user.first_name}}": ["{{user.first_name}}", 5, None, {"x": "{{nope}}"}]}
    filled = {"{{user.first_name}}": ["Sara", 5, None, {"x": ""}]}
    assert fill_data(data, FIELDS) == (filled, ["nope"])


def test_names_are_listed_once_in_order() -> None:
    assert names("{{b}} {{ a }} {{b}}") == ["b", "a"]


def test_ids_are_rewritten_in_placeholders_and_condition_fields() -> None:
    value = {
        "text": "You said {{user_response_old}} and {{ user_response_other }}",
        "conditions": [{"field": "user_response_old", "value": ["{{user_response_old}}"]}],
        "kept": ["old", "user_response_older", "see user_response_old"],
    }
    assert rewrite_ids(value, {"old": "NEW", "NEW": "twice"}) == {
        "text": "You said {{user_response_NEW}} and {{ user_response_other }}",
        "conditions": [{"field": "user_response_NEW", "value": ["{{user_response_NEW}}"]}],
        "kept": ["old", "user_response_older", "see user_response_old"],
    }
