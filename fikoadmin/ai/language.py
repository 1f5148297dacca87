"""The customer's language and the words of a text, as far as finding a knowledge entry needs them."""

from __future__ import annotations

import re
from functools import lru_cache

from ..engine.text import normalise

LANGUAGES = ("en", "fa")

_PERSIAN = re.compile("[\u0621-\u063a\u0641-\u064a\u066e-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile(r"\w+")

# Endings that change with the sentence and not with what is meant: the plural, "of yours", "my".
_PERSIAN_ENDING = re.compile("(?<=...)(?:هایی|های|هایم|ها)$|(?<=....)(?:تان|تون|مان|مون|شان|شون|م)$")
_ENGLISH_ENDING = re.compile("(?<=[a-z]{3})(?<![su])s$")

_STOP_WORDS = """
a an the and or but if of to in on at by for from with about as into is are was were be been am do
does did have has had can could will would should may might must i me my mine you your yours u we us
our it its he she they them this that these those there here what which who whom whose when where
why how much many any some please just like want know need tell get so very also too not no yes ok
okay hello hi hey dear sir
و یا اما ولی اگر که از به در بر با برای تا را رو این آن اون همین من تو شما ما او آنها ایشان است
هست هستش هستم هستید هستین هستند بود باشد باشه شد شده می نمی ها های ای یک یه چه چی چیه چیست چطور
چطوری چگونه کجا کجاست کی چند چقدر چقدره آیا لطفا خواهش کنم کنید کنین کردن کرد کرده میشه میشود
شود بشه دارم دارید دارین داره دارد داشتم داشتن خواستم میخوام میخواهم میخواستم خوام خواهم بدونم
بدانم بگید بگین بفرمایید هم نیز هر همه خود خودم درباره درمورد مورد سوال سوالی سلام درود خب نه
بله آره ممنون مرسی
"""


def language_of(text: str) -> str:
    """`fa` for a text with Persian letters, `en` for one with Latin letters, empty for one with neither."""
    if _PERSIAN.search(text):
        return "fa"
    return "en" if _LATIN.search(text) else ""


def customer_language(messages: tuple[str, ...], otherwise: str) -> str:
    """The language of the last message that shows one, else `otherwise`, else English."""
    shown = next((found for found in map(language_of, reversed(messages)) if found), otherwise)
    return shown if shown in LANGUAGES else "en"


def all_words(text: str) -> list[str]:
    """Every word of the normalised text, in order."""
    return _WORD.findall(normalise(text))


def words(text: str) -> list[str]:
    """The words that carry meaning, without their changing endings, in order."""
    return [_stem(word) for word in all_words(text) if word not in _stop_words()]


def _stem(word: str) -> str:
    return _ENGLISH_ENDING.sub("", word) if word.isascii() else _PERSIAN_ENDING.sub("", word)


@lru_cache(maxsize=1)
def _stop_words() -> frozenset[str]:
    return frozenset(normalise(word) for word in _STOP_WORDS.split())
