"""What a customer's answer to a waiting node must be, by its `storage_type`; never guessed from anything else."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeAlias

import jdatetime
from email_validator import EmailNotValidError, validate_email

from ..words import N_
from .text import normalise

Answer: TypeAlias = str | int | float

LONGEST_TEXT = 4_000
LONGEST_EMAIL = 254
_PHONE = re.compile(r"\+?\d{7,15}")
_BETWEEN_DIGITS = re.compile(r"[\s().\-\u200c]")
_NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
# A year before this one is of the Jalali calendar: nobody writes of the Middle Ages in a chat.
FIRST_GREGORIAN_YEAR = 1600


class Unusable(Exception):
    """The answer is not of the type asked for; `reason` says what is missing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_answer(storage_type: str, text: str, options: Sequence[str]) -> Answer:
    """The value of an answer of that type; `options` are those of a `choice`. Raises Unusable."""
    if storage_type == "choice":
        return _choice(text, options)
    return READERS[storage_type](text.strip())


def _text(text: str) -> str:
    if not text:
        raise Unusable(N_("the answer is empty"))
    return text[:LONGEST_TEXT]


def _email(text: str) -> str:
    try:
        address = validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError as error:
        raise Unusable(N_("this is not an e-mail address")) from error
    if len(address) > LONGEST_EMAIL:
        raise Unusable(N_("this is not an e-mail address"))
    return address


def _phone(text: str) -> str:
    number = _BETWEEN_DIGITS.sub("", normalise(text))
    if not _PHONE.fullmatch(number):
        raise Unusable(N_("this is not a phone number"))
    return number


def _number(text: str) -> int | float:
    plain = normalise(text).replace("\u066b", ".").replace("\u066c", "").replace(",", "").replace(" ", "")
    if not _NUMBER.fullmatch(plain):
        raise Unusable(N_("this is not a number"))
    value = float(plain)
    if not math.isfinite(value):
        raise Unusable(N_("this is not a number"))
    return value if "." in plain else int(plain)


def _date(text: str) -> str:
    """As year-month-day of the Gregorian calendar; the customer may write in either."""
    found = _DATE.fullmatch(normalise(text))
    if found is None:
        raise Unusable(N_("this is not a date"))
    year, month, day = map(int, found.groups())
    try:
        if year < FIRST_GREGORIAN_YEAR:
            return str(jdatetime.date(year, month, day).togregorian().isoformat())
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise Unusable(N_("there is no such day")) from error


def _choice(text: str, options: Sequence[str]) -> str:
    """One of the options as the operator wrote it, by its words or else its number in the list."""
    said = normalise(text)
    words = [normalise(option) for option in options]
    # Words first: where the options are numbers themselves, the customer means what they say, not their place.
    for names in (words, [str(number) for number in range(1, len(options) + 1)]):
        if said in names:
            return options[names.index(said)]
    raise Unusable(N_("this is none of the options"))


READERS: Mapping[str, Callable[[str], Answer]] = {
    "text": _text,
    "email": _email,
    "phone": _phone,
    "number": _number,
    "date": _date,
}
