"""Who answers for the AI: a language model where one is configured, else the built-in assistant."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..outbound import Outbound
from .builtin import BuiltIn
from .openai import OpenAICompatible
from .responder import (
    NO_MODEL,
    AIUnavailable,
    Answer,
    Cancelled,
    KnowledgeEntry,
    Question,
    Responder,
    Turn,
)

__all__ = [
    "NO_MODEL",
    "AIUnavailable",
    "Answer",
    "Cancelled",
    "KnowledgeEntry",
    "Question",
    "Responder",
    "Turn",
    "choose",
]


def choose(
    base_url: str,
    api_key: str,
    model: str,
    knowledge: Callable[[], Sequence[KnowledgeEntry]],
    outbound: Outbound,
) -> Responder:
    """The responder that the installation's settings ask for; an empty `base_url` means the built-in one.

    `knowledge` is called anew for every answer, so that an edited entry counts at once.
    """
    if base_url:
        return OpenAICompatible(base_url, api_key, model, knowledge, outbound)
    return BuiltIn(knowledge)
