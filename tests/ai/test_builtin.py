"""The built-in assistant: finds, in both languages, and says so when it does not know."""

from __future__ import annotations

import pytest

from fikoadmin.ai import NO_MODEL, AIUnavailable, Answer, Cancelled, Question, Responder, Turn, choose
from fikoadmin.ai.builtin import TEXTS
from fikoadmin.outbound import Outbound
from tests.ai.build import ENTRIES, asked, never

OPENING, SHIPPING, RETURN, HOURS_FA, SHIPPING_FA, INVOICE_FA, PARTS_FA = (entry.answer for entry in ENTRIES)


@pytest.fixture
def builtin() -> Responder:
    return choose("", "", "", lambda: ENTRIES, Outbound(()))


def answer(builtin: Responder, question: Question) -> Answer:
    return builtin.answer(question, never)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("What are your opening hours?", OPENING),
        ("hi, when does the shop open? what are the HOURS", OPENING),
        ("Could you tell me how much shipping costs please", SHIPPING),
        ("I want a refund", RETURN),
        ("delivery?", SHIPPING),
        ("shipping to Paris?", SHIPPING),
        ("ساعت‌های کاری شما چیست؟", HOURS_FA),
        ("سلام ساعت كاري شما چیه", HOURS_FA),  # Arabic kaf and yeh, no plural
        ("ساعت های کاریتون", HOURS_FA),
        ("ساعتهای کاری", HOURS_FA),
        ("هزينه ارسال به شیراز چقدره؟", SHIPPING_FA),
        ("هَزینهٔ اِرسال", SHIPPING_FA),
        ("پیش فاکتور می خواهم", INVOICE_FA),
        ("پيشفاكتور ميخواهم", INVOICE_FA),
        ("پیش‌فاکتورم کجاست", INVOICE_FA),
        ("يدكي دارين؟", PARTS_FA),
    ],
)
def test_an_entry_is_found_however_it_is_typed(builtin: Responder, text: str, expected: str) -> None:
    assert answer(builtin, asked(text)).text == expected


def test_the_entry_used_is_named(builtin: Responder) -> None:
    got = answer(builtin, asked("opening hours"))
    assert got.sources == ("What are your opening hours?",)
    assert got.why == "from the knowledge base: What are your opening hours?"


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the capital of France?", "en"),
        ("Is the price of bitcoin going to rise?", "en"),
        ("پایتخت فرانسه کجاست؟", "fa"),
        ("قیمت دلار امروز چند است؟", "fa"),
        ("what is it?", "en"),
        ("👍", "en"),
        ("", "en"),
    ],
)
def test_it_says_so_when_it_does_not_know(builtin: Responder, text: str, language: str) -> None:
    got = answer(builtin, asked(text))
    assert (got.text, got.sources) == (TEXTS[language]["unknown"], ())


def test_without_any_entry_it_does_not_know() -> None:
    empty = choose("", "", "", tuple, Outbound(()))
    assert answer(empty, asked("opening hours?")).text == TEXTS["en"]["unknown"]


def test_the_language_is_that_of_the_last_message_that_shows_one(builtin: Responder) -> None:
    assert answer(builtin, asked("hello", "سلام")).text == TEXTS["fa"]["greeting"]
    assert answer(builtin, asked("???", language="fa")).text == TEXTS["fa"]["unknown"]
    assert answer(builtin, asked("???", language="de")).text == TEXTS["en"]["unknown"]
    assert answer(builtin, asked("پایتخت؟", "123")).text == TEXTS["fa"]["unknown"]


def test_a_foreign_entry_is_better_than_none(builtin: Responder) -> None:
    english = choose("", "", "", lambda: ENTRIES[:3], Outbound(()))
    assert answer(english, asked("سوال: shipping?")).text == SHIPPING
    assert answer(builtin, asked("shipping?")).text == SHIPPING


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello!", "Hello! How can I help you?"),
        ("good morning", "Hello! How can I help you?"),
        ("سلام، وقت‌بخیر", TEXTS["fa"]["greeting"]),
        ("سلام وقت بخیر", TEXTS["fa"]["greeting"]),
        ("Thank you very much", TEXTS["en"]["thanks"]),
        ("خیلی ممنون", TEXTS["fa"]["thanks"]),
    ],
)
def test_a_courtesy_is_returned(builtin: Responder, text: str, expected: str) -> None:
    assert answer(builtin, asked(text)).text == expected


def test_a_greeting_carries_the_name_of_the_business(builtin: Responder) -> None:
    greeted = answer(builtin, asked("hi", business_name="{Blue} Shop"))
    assert greeted.text == "Hello, and welcome to {Blue} Shop! How can I help you?"


def test_p10_one_answer_covers_the_whole_stretch(builtin: Responder) -> None:
    got = answer(builtin, asked("hello", "what are your opening hours?", "and how much is shipping"))
    assert got.text == f"{OPENING}\n\n{SHIPPING}"
    partly = answer(builtin, asked("opening hours?", "capital of France?"))
    assert partly.text == f"{OPENING}\n\n{TEXTS['en']['rest']}"


def test_a_message_that_says_nothing_is_no_unknown_question(builtin: Responder) -> None:
    assert answer(builtin, asked("opening hours?", "are you there?", "??")).text == OPENING


def test_what_was_answered_before_is_not_answered_again(builtin: Responder) -> None:
    before = (Turn("customer", "opening hours?"), Turn("operator", "9 to 18"))
    note = (Turn("customer", "shipping?"), Turn("workflow", "We will be with you shortly."))
    assert answer(builtin, asked("thanks", before=before)).text == TEXTS["en"]["thanks"]
    assert answer(builtin, asked(before=before + note)).text == SHIPPING


def test_it_does_not_judge(builtin: Responder) -> None:
    with pytest.raises(AIUnavailable) as caught:
        builtin.judge("asks for a person", asked("a person please"), never)
    assert (caught.value.reason, caught.value.temporary) == (NO_MODEL, False)


def test_it_can_be_cancelled(builtin: Responder) -> None:
    with pytest.raises(Cancelled):
        builtin.answer(asked("hello"), lambda: True)
