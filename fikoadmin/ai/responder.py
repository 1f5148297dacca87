"""What is asked of whoever answers for the AI, and what comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from ..outbound import Cancelled
from ..words import N_

__all__ = [
    "NO_MODEL",
    "AIUnavailable",
    "Answer",
    "Cancelled",
    "KnowledgeEntry",
    "Question",
    "Responder",
    "Turn",
]

NO_MODEL = N_("no language model is configured")


@dataclass(frozen=True)
class Turn:
    """`consumed`: a waiting node asked for it and has it; it needs no other answer."""

    role: Literal["customer", "ai", "operator", "workflow"]
    text: str
    consumed: bool = False


@dataclass(frozen=True)
class KnowledgeEntry:
    """One question that the business answers the same way each time; `language` is `en` or `fa`."""

    question: str
    answer: str
    language: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Question:
    """A conversation so far; its last turns are the customer's whole unanswered stretch.

    `language` counts where the customer's own words do not show one. `human_stretch_ended` is true where
    people had the conversation until now.
    """

    turns: tuple[Turn, ...]
    language: str
    business_name: str
    custom_prompt: str
    context: Mapping[str, object]
    human_stretch_ended: bool

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The customer's messages since anyone last answered, oldest first.

        A workflow's message answers nothing, so it does not end the stretch.
        """
        stretch: list[str] = []
        for turn in reversed(self.turns):
            if turn.role in ("ai", "operator"):
                break
            if turn.role == "customer" and not turn.consumed:
                stretch.append(turn.text)
        return tuple(reversed(stretch))


@dataclass(frozen=True)
class Answer:
    """What to send. `sources` are the knowledge entries used, `why` tells an operator how it came about."""

    text: str
    sources: tuple[str, ...]
    why: str


class AIUnavailable(Exception):
    """There is no answer.

    `reason` can be shown and logged: no secret, no word of the customer's. `temporary` says whether the same
    question may be answered later, `retry_after` in how many seconds, where the service named a time.
    """

    def __init__(self, reason: str, temporary: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.temporary = temporary
        self.retry_after = retry_after


class Responder(Protocol):
    """Answers for the AI. Both calls raise AIUnavailable, and Cancelled once `cancelled` is true."""

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Answer:
        """One answer to the whole unanswered stretch."""

    def judge(self, prompt: str, question: Question, cancelled: Callable[[], bool]) -> bool:
        """Whether what `prompt` says is true of the conversation."""
