"""The words of a text, kept beside it to be searched for.

A word is what keywords compare, so Persian and Arabic letters and digits are one. Words are written in the
statement that writes their text, and the database itself keeps its index of them: GIN on PostgreSQL, FTS5 fed by
triggers on SQLite. So no text is ever stored and not found.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Index, func, literal_column, text

from ..engine.text import normalise

WORD_LENGTH = 60
WORDS_OF_A_TEXT = 2_000

_WORD = re.compile(r"\w+")
_NOWHERE = text("words IS NULL")


def words_of(*texts: str) -> str:
    """Each word once, with spaces between; of long words the beginning, of long texts the first words."""
    found = (word[:WORD_LENGTH] for one in texts for word in _WORD.findall(normalise(one)))
    return " ".join(list(dict.fromkeys(found))[:WORDS_OF_A_TEXT])


def words_from(*columns: str) -> Callable[[Any], str]:
    """A column's default: the words of those other columns of its row."""

    def words(context: Any) -> str:
        row = context.get_current_parameters()
        return words_of(*(row.get(column) or "" for column in columns))

    return words


def as_vector(table: str) -> ColumnElement[Any]:
    """A row's words as PostgreSQL's index holds them: as they are, with no parser of its own."""
    return func.array_to_tsvector(func.string_to_array(literal_column(f"{table}.words"), literal_column("' '")))


def without_words(table: str) -> Index:
    """Finds the rows that a release without search has written."""
    return Index(f"ix_{table}_without_words", "id", postgresql_where=_NOWHERE, sqlite_where=_NOWHERE)
