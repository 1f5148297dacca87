"""The knowledge base as a table for spreadsheets, out and in.

A spreadsheet computes a cell that begins like a formula, whoever wrote it. Such a cell goes out with an apostrophe
before it, and comes back without; one that had an apostrophe there gets another, so nothing is lost on the way.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..ai import KnowledgeEntry
from ..ai.language import LANGUAGES, language_of
from ..errors import Invalid
from ..words import N_

COLUMNS = ("question", "answer", "language", "tags")
REQUIRED = ("question", "answer")
SIZE = 2_000_000
ENCODING = "UTF-8"
FLAWS_AT_MOST = 20

QUESTION_LENGTH = 500
ANSWER_LENGTH = 4_000
TAG_LENGTH = 60
TAGS = 20
LENGTHS = {"question": QUESTION_LENGTH, "answer": ANSWER_LENGTH}

NOT_TEXT = N_("The file is not text in %(encoding)s. In the spreadsheet choose “CSV %(encoding)s” when you save it.")
TOO_LARGE = N_("The file is larger than %(most)s bytes.")
NO_HEADER = N_("The first line must name the columns: question, answer, language, tags. The first two are required.")
CELLS = N_("has %(found)s cells where the first line has %(expected)s")
EMPTY = N_("the %(column)s is empty")
TOO_LONG = N_("the %(column)s is longer than %(most)s characters")
UNKNOWN_LANGUAGE = N_("the language must be en or fa")
TOO_MANY_TAGS = N_("has more than %(most)s tags, or one longer than %(length)s characters")
UNSTORABLE = N_("contains a character that cannot be kept (NUL)")
REPEATED = N_("asks the same as line %(line)s")
NOT_CSV = N_("is not CSV: a quotation mark is missing or too many")

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_TAG_ENDS = re.compile("[,،\n]")


@dataclass(frozen=True)
class Flaw:
    """What is wrong in a line of the file (0: the file itself); `message` takes `values`, and can be translated."""

    line: int
    message: str
    values: dict[str, Any] = field(default_factory=dict)


class NotImported(Invalid):
    """The file has flaws, so nothing of it was taken."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        first = flaws[0]
        super().__init__("file", f"line {first.line}: {first.message}")
        self.flaws = flaws[:FLAWS_AT_MOST]
        self.more = len(flaws) - len(self.flaws)


def written(entries: Iterable[KnowledgeEntry]) -> str:
    """The table's text, with the mark by which spreadsheets know UTF-8."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(COLUMNS)
    for entry in entries:
        table.writerow(map(_guarded, (entry.question, entry.answer, entry.language, ", ".join(entry.tags))))
    return "\ufeff" + text.getvalue()


def read(raw: bytes) -> list[KnowledgeEntry]:
    """The entries of a file; raises NotImported with all that is wrong in it."""
    if len(raw) > SIZE:
        raise NotImported([Flaw(0, TOO_LARGE, {"most": SIZE})])
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotImported([Flaw(0, NOT_TEXT, {"encoding": ENCODING})]) from None
    rows: dict[int, dict[str, str]] = {}
    flaws: list[Flaw] = []
    for line, row in _rows(text):
        if isinstance(row, Flaw):
            flaws.append(row)
        else:
            rows[line] = row
    entries = {line: _entry(row) for line, row in rows.items()}
    flaws += [flaw for line, row in rows.items() for flaw in _flaws(line, row, entries[line])]
    flaws += _repeats(entries)
    if flaws:
        raise NotImported(sorted(flaws, key=lambda flaw: flaw.line))
    return list(entries.values())


def tags_of(text: str) -> tuple[str, ...]:
    """Tags from one text, at commas of either script and line ends; each once."""
    return tuple(dict.fromkeys(tag for part in _TAG_ENDS.split(text) if (tag := " ".join(part.split()))))


def tags_fit(tags: Sequence[str]) -> bool:
    return len(tags) <= TAGS and all(len(tag) <= TAG_LENGTH for tag in tags)


def _guarded(cell: str) -> str:
    return "'" + cell if _FORMULA.match(cell) else cell


def _unguarded(cell: str) -> str:
    return cell[1:] if _ESCAPED.match(cell) else cell


def _rows(text: str) -> Iterator[tuple[int, dict[str, str] | Flaw]]:
    """The number of the line in which each row begins, and its cells by column; empty lines left out."""
    # Where a comma separates decimals, spreadsheets separate cells by a semicolon.
    header_line = text.partition("\n")[0]
    table = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header_line else ",", strict=True)
    line = 1
    try:
        header = [name.strip().lower() for name in next(table, [])]
        if not set(REQUIRED) <= set(header) <= set(COLUMNS) or len(set(header)) < len(header):
            yield 1, Flaw(1, NO_HEADER)
            return
        line = table.line_num + 1
        for cells in table:
            if any(cell.strip() for cell in cells):
                yield line, _row(line, header, cells)
            line = table.line_num + 1
    except csv.Error:
        yield line, Flaw(line, NOT_CSV)


def _row(line: int, header: list[str], cells: list[str]) -> dict[str, str] | Flaw:
    if len(cells) != len(header):
        return Flaw(line, CELLS, {"found": len(cells), "expected": len(header)})
    return {name: _unguarded(cell).replace("\r\n", "\n").strip() for name, cell in zip(header, cells, strict=True)}


def _entry(row: dict[str, str]) -> KnowledgeEntry:
    language = row.get("language", "").lower() or language_of(row["question"]) or LANGUAGES[0]
    return KnowledgeEntry(row["question"], row["answer"], language, tags_of(row.get("tags", "")))


def _flaws(line: int, row: dict[str, str], entry: KnowledgeEntry) -> Iterator[Flaw]:
    for column, most in LENGTHS.items():
        if not row[column]:
            yield Flaw(line, EMPTY, {"column": column})
        elif len(row[column]) > most:
            yield Flaw(line, TOO_LONG, {"column": column, "most": most})
    if entry.language not in LANGUAGES:
        yield Flaw(line, UNKNOWN_LANGUAGE)
    if not tags_fit(entry.tags):
        yield Flaw(line, TOO_MANY_TAGS, {"most": TAGS, "length": TAG_LENGTH})
    if any("\0" in cell for cell in row.values()):
        yield Flaw(line, UNSTORABLE)


def _repeats(entries: dict[int, KnowledgeEntry]) -> Iterator[Flaw]:
    first: dict[tuple[str, str], int] = {}
    for line, entry in entries.items():
        before = first.setdefault((entry.language, entry.question), line)
        if before != line:
            yield Flaw(line, REPEATED, {"line": before})
