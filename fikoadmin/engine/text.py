"""One form for texts that customers and operators type in different ways."""

from __future__ import annotations

import unicodedata

_LETTERS = {
    "ي": "ی",
    "ى": "ی",
    "ك": "ک",
    "ە": "ه",  # what is left of ۀ without its hamza
}
_MARKS = (
    (0x0300, 0x036F),  # accents
    (0x0610, 0x061A),
    (0x064B, 0x065F),  # harakat; hamza and madda above, once split from their letter
    (0x0670, 0x0670),
    (0x06D6, 0x06DC),
    (0x06DF, 0x06E4),
    (0x06E7, 0x06E8),
    (0x06EA, 0x06ED),
    (0x08D3, 0x08FF),
)
_UNSEEN = (
    (0x00AD, 0x00AD),  # soft hyphen
    (0x0640, 0x0640),  # tatweel
    (0x200B, 0x200F),  # ZWNJ, ZWJ, direction marks
    (0x202A, 0x202E),
    (0x2060, 0x2064),
    (0x2066, 0x2069),
    (0xFE00, 0xFE0F),  # variation selectors
    (0xFEFF, 0xFEFF),
)

DIGITS = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩", "01234567890123456789")
"""For `str.translate`: Persian and Arabic-Indic digits to ASCII ones."""


def _table() -> dict[int, str | int | None]:
    table: dict[int, str | int | None] = {ord(letter): to for letter, to in _LETTERS.items()}
    table.update(DIGITS)
    for first, last in _MARKS + _UNSEEN:
        table.update(dict.fromkeys(range(first, last + 1)))
    return table


_TABLE = _table()


def normalise(text: str) -> str:
    """`text` in the form in which keywords and message conditions compare.

    Without letter case, ي/ی and ك/ک differences, Persian and Arabic digits, ZWNJ, diacritics and spaces at
    the ends. Inner spaces stay as they are. Normalising twice changes nothing more.
    """
    if text.isascii():
        return text.lower().strip()
    # Decomposed first, so that a mark is taken off whether it was typed apart or with its letter; composed at
    # the end, so that one Hangul syllable never begins with another.
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_TABLE)
    return unicodedata.normalize("NFC", plain).strip()
