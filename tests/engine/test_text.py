import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fikoadmin.engine.text import normalise

SAME = [
    ("HELP", "help"),
    ("Straße", "STRASSE"),
    ("يكي", "یکی"),
    ("على", "علی"),
    ("كتاب ۱۲۳", "کتاب 123"),
    ("کتاب ١٢٣", "کتاب 123"),
    ("می\u200cخواهم", "میخواهم"),
    ("سَلامٌ", "سلام"),
    ("ســلام", "سلام"),
    ("مسؤول", "مسوول"),
    ("ﻼﻡ", "لام"),
    ("Café", "cafe"),
    ("cafe\u0301", "café"),
    ("  سلام \u200f", "سلام"),
    ("\u00a0help\u3000", "help"),
    ("خانۀ", "خانه"),
    ("❤️", "❤"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_forms_of_one_word_are_one(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(("one", "other"), [("کار", "گار"), ("پدر", "بدر"), ("a  b", "a b"), ("が", "か"), ("1", "2")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


def test_a_hangul_syllable_does_not_contain_a_shorter_one() -> None:
    assert normalise("가") not in normalise("각")


@given(st.text())
@example("İ\u0345ſ")
@example("a\u034f\u0301\u0323 ")
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)
