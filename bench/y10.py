"""Y10: the counts by status, and the badge of those who wait, at 1,000 and at very many conversations."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import func, select

from bench.rounds import in_turn, per_second
from bench.y12 import nothing
from fikoadmin.extensions import db, transaction
from fikoadmin.models import tallies
from fikoadmin.models.conversations import Conversation

TIMES = 5
ROUNDS = 60
QUESTIONS: dict[str, Callable[[], object]] = {
    "counts by status": tallies.standings,
    "badge of who waits": lambda: Conversation.count_waiting(100),
}


def costs() -> dict[str, float]:
    """Each question's time, in statements that ask nothing; what they answer is checked."""
    _count_everything()
    assert sum(one.count for one in tallies.standings()) == db.session.scalar(select(func.count(Conversation.id)))
    return {f"Y10 {name}": _cost(question) for name, question in QUESTIONS.items()}


def _count_everything() -> None:
    """As the chore does; the copies came without events and are found by its recount."""
    while True:
        with transaction():
            if not tallies.fold():
                break
    with transaction():
        tallies.recount()


def _cost(question: Callable[[], object]) -> float:
    def ask() -> None:
        question()
        db.session.rollback()

    return in_turn(lambda _n: per_second(nothing, TIMES), lambda _n: per_second(ask, TIMES), ROUNDS).ratio
