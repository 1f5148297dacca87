"""What the built-in assistant knows, written by the business; and trying what it would answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app

from ..ai import KnowledgeEntry, Question, Turn
from ..ai.builtin import ENOUGH, TEXTS, BuiltIn
from ..ai.knowledge import Match, ranked
from ..ai.language import LANGUAGES, language_of, words
from ..errors import OTHER_LENGTH, Conflict, Invalid, NotFound
from ..extensions import db, transaction
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.knowledge import MOST, KnowledgeItem
from ..models.settings import Settings
from ..words import N_
from . import knowledge_csv
from .knowledge_csv import LENGTHS, tags_fit

STALE = N_("somebody else has changed this entry since you opened it")
FULL = N_("the knowledge base is full; delete what nobody asks any more")
BAD_TAGS = N_("at most 20 tags of at most 60 characters each")

RANKED = 5


def add_items(items: Sequence[KnowledgeItem], actor: Actor) -> None:
    """Adds all of them."""
    with transaction():
        db.session.add_all(items)
        db.session.flush()
        for item in items:
            AuditEntry.record("knowledge", item.id, "added", actor, new={"question": item.question})


def add(question: str, answer: str, language: str, tags: Sequence[str], actor: Actor) -> KnowledgeItem:
    """A new entry; raises Invalid, with the field."""
    _check(question, answer, language, tags)
    item = KnowledgeItem(question=question, answer=answer, language=language, tags=list(tags))
    with transaction():
        _refuse_more_than(MOST - 1)
        add_items([item], actor)
    return item


def change(
    item_id: int, version: str, question: str, answer: str, language: str, tags: Sequence[str], actor: Actor
) -> KnowledgeItem:
    """Writes the entry as a whole; raises NotFound, Invalid, and Conflict (with `item`) where `version` is not its
    present one (P22).
    """
    _check(question, answer, language, tags)
    with transaction():
        item = _locked(item_id)
        if item.version != version:
            raise Conflict(STALE, item=item)
        _write(item, KnowledgeEntry(question, answer, language, tuple(tags)), actor)
    return item


def delete(item_id: int, actor: Actor) -> KnowledgeItem:
    """Takes it out; its audit entry keeps all that it said. Raises NotFound."""
    with transaction() as session:
        item = _locked(item_id)
        session.delete(item)
        AuditEntry.record("knowledge", item.id, "deleted", actor, old=item.as_data())
    return item


# -- as a table ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Imported:
    """How many entries of a file were new, changed what was known, and were known as they are."""

    added: int
    changed: int
    known: int


def export_csv() -> str:
    """All entries as a table for spreadsheets."""
    return knowledge_csv.written(_entry_of(item) for item in KnowledgeItem.all())


def import_csv(raw: bytes, actor: Actor) -> Imported:
    """Takes all entries of a file or none: a question known in its language gets the file's answer and tags.

    Raises NotImported with the lines that are wrong, Invalid where there would be too many.
    """
    entries = knowledge_csv.read(raw)
    with transaction():
        known = {(item.language, item.question): item for item in KnowledgeItem.all()}
        new = [entry for entry in entries if (entry.language, entry.question) not in known]
        _refuse_more_than(MOST - len(new))
        add_items([_item_of(entry) for entry in new], actor)
        changed = [
            (item, entry)
            for entry in entries
            if (item := known.get((entry.language, entry.question))) and _entry_of(item) != entry
        ]
        for item, entry in changed:
            _write(item, entry, actor)
    return Imported(len(new), len(changed), len(entries) - len(new) - len(changed))


# -- asking it -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Considered:
    """An entry that shares words with what was asked: `coverage` is the share (0 to 1) of them that it speaks of."""

    item: KnowledgeItem
    score: float
    coverage: float
    suffices: bool
    is_chosen: bool


@dataclass(frozen=True)
class Asked:
    """What the built-in assistant would say, and why. `because`: known, unknown, or courtesy (a greeting, thanks).

    `counted` are the words that carry meaning, `enough` the coverage that suffices.
    """

    answer: str
    because: str
    counted: list[str]
    considered: list[Considered]
    enough: float
    has_model: bool


def ask(text: str, language: str) -> Asked:
    """As a customer of that language would ask; nothing is stored."""
    items = {_entry_of(item): item for item in KnowledgeItem.all()}
    spoken = language_of(text) or language
    question = Question((Turn("customer", text),), language, str(Settings.load()["business_name"]), "", {}, False)
    answer = BuiltIn(lambda: list(items)).answer(question, lambda: False)
    considered = [
        Considered(items[match.entry], match.score, match.coverage, match.coverage >= ENOUGH, is_chosen)
        for match in _ranked(list(items), text, spoken)
        for is_chosen in [match.entry.question in answer.sources and match.entry.answer in answer.text]
    ]
    because = "known" if answer.sources else "unknown" if answer.text == TEXTS[spoken]["unknown"] else "courtesy"
    has_model = bool(current_app.extensions["config"].ai_base_url)
    return Asked(answer.text, because, list(dict.fromkeys(words(text))), considered, ENOUGH, has_model)


def _ranked(entries: list[KnowledgeEntry], text: str, language: str) -> list[Match]:
    """The best of the customer's language, then of the others: in that order they are looked at."""
    own = [entry for entry in entries if entry.language == language]
    others = [entry for entry in entries if entry.language != language]
    return ranked(own, text)[:RANKED] + ranked(others, text)[:RANKED]


# -- parts ---------------------------------------------------------------------------------------------------------


def _check(question: str, answer: str, language: str, tags: Sequence[str]) -> None:
    for name, text in (("question", question), ("answer", answer)):
        if not text.strip() or len(text) > LENGTHS[name] or "\0" in text:
            raise Invalid(name, OTHER_LENGTH, most=LENGTHS[name])
    if language not in LANGUAGES:
        raise Invalid("language", N_("must be en or fa"))
    if not tags_fit(tags) or any("\0" in tag for tag in tags):
        raise Invalid("tags", BAD_TAGS)


def _refuse_more_than(most: int) -> None:
    if len(KnowledgeItem.all()) > most:
        raise Invalid("question", FULL)


def _locked(item_id: int) -> KnowledgeItem:
    item = db.session.get(KnowledgeItem, item_id, with_for_update=True, populate_existing=True)
    if item is None:
        raise NotFound(N_("there is no such entry"))
    return item


def _write(item: KnowledgeItem, entry: KnowledgeEntry, actor: Actor) -> None:
    old = item.as_data()
    item.question, item.answer, item.language, item.tags = (
        entry.question, entry.answer, entry.language, list(entry.tags),
    )  # fmt: skip
    if item.as_data() != old:
        AuditEntry.record("knowledge", item.id, "changed", actor, old=old, new=item.as_data())


def _entry_of(item: KnowledgeItem) -> KnowledgeEntry:
    return KnowledgeEntry(item.question, item.answer, item.language, tuple(item.tags))


def _item_of(entry: KnowledgeEntry) -> KnowledgeItem:
    return KnowledgeItem(question=entry.question, answer=entry.answer, language=entry.language, tags=list(entry.tags))
