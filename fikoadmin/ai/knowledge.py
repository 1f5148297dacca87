"""Finds the knowledge entries that fit a text: Okapi BM25 over normalised words.

Made anew for each question: a business writes hundreds of entries, not millions, and so an edited entry
counts at once. Only the words of each entry are remembered.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from .language import words
from .responder import KnowledgeEntry

# The usual values: how fast a repeated word stops counting, how much a long entry is held against it.
SATURATION = 1.5
LENGTH_WEIGHT = 0.75


@dataclass(frozen=True)
class Match:
    """An entry that fits. `coverage` (0 to 1) is the share of the text's meaning that the entry speaks of."""

    entry: KnowledgeEntry
    score: float
    coverage: float


def ranked(entries: Sequence[KnowledgeEntry], text: str) -> list[Match]:
    """The entries that share a word with the text, the best first."""
    asked = words(text)
    documents = [_terms_of(entry) for entry in entries]
    found_in = Counter(term for document in documents for term in document)
    average = sum(document.total() for document in documents) / len(documents) if documents else 0.0
    weights = {term: _weight(found_in[term], len(documents)) for term in _terms(asked)}
    matches = [
        Match(entry, _score(document, weights, average), _coverage(document, asked, weights))
        for entry, document in zip(entries, documents, strict=True)
        if not weights.keys().isdisjoint(document)
    ]
    return sorted(matches, key=lambda match: match.score, reverse=True)


def _weight(found_in: int, documents: int) -> float:
    # A word that is nowhere (a city's name, a typing error) must not outweigh all that are somewhere.
    common = max(found_in, 1)
    return math.log(1 + (documents - common + 0.5) / (common + 0.5))


def _score(document: Counter[str], weights: dict[str, float], average: float) -> float:
    allowance = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * document.total() / average)
    return sum(
        weight * document[term] * (SATURATION + 1) / (document[term] + allowance) for term, weight in weights.items()
    )


def _coverage(document: Counter[str], asked: list[str], weights: dict[str, float]) -> float:
    """The score cannot say "good enough", having no upper end; this share can."""
    joined = {part for a, b in pairwise(asked) if a + b in document for part in (a, b)}
    spoken_of = {word for word in asked if word in document or word in joined}
    return sum(weights[word] for word in spoken_of) / sum(weights[word] for word in set(asked))


def _terms(found: list[str]) -> Counter[str]:
    """The words, and each two neighbours as one: پیش فاکتور, پیش‌فاکتور and پیشفاکتور are one thing."""
    return Counter(found) + Counter(a + b for a, b in pairwise(found))


@lru_cache(maxsize=4096)
def _terms_of(entry: KnowledgeEntry) -> Counter[str]:
    # The question is what a customer's words are likely to resemble, so it counts twice.
    question, tags = _terms(words(entry.question)), _terms(words(" ".join(entry.tags)))
    return question + question + tags + _terms(words(entry.answer))
