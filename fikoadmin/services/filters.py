"""Filters that an operator keeps for the list of conversations; nobody else sees them."""

from __future__ import annotations

from ..errors import Invalid, NotFound
from ..extensions import db, transaction
from ..models.accounts import Operator
from ..models.filters import AT_MOST, SavedFilter
from ..words import N_

NAME_LENGTH = 60
QUERY_LENGTH = 2_000
UNNAMED = N_("Give it a name.")
NAME_TOO_LONG = N_("A name has at most 60 characters.")
NAME_TAKEN = N_("You have a filter of that name. Choose another, or delete that one first.")
NOTHING_CHOSEN = N_("Choose what to filter by first.")
TOO_MANY = N_("You have 20 filters. Delete one that you no longer need first.")


def save(operator: Operator, name: str, query: str) -> SavedFilter:
    """Keeps `query`, that part of the list's address, under a name. Raises Invalid."""
    with transaction():
        # Its row is the lock: two of the same name at once would not see each other.
        db.session.get(Operator, operator.id, with_for_update=True, populate_existing=True)
        if problem := _problem(operator.id, name, query):
            raise Invalid("name", problem)
        kept = SavedFilter(operator_id=operator.id, name=name, query=query)
        db.session.add(kept)
    return kept


def _problem(operator_id: int, name: str, query: str) -> str | None:
    if not name:
        return UNNAMED
    if len(name) > NAME_LENGTH or "\0" in name:
        return NAME_TOO_LONG
    if not query or len(query) > QUERY_LENGTH:
        return NOTHING_CHOSEN
    if SavedFilter.named(operator_id, name):
        return NAME_TAKEN
    return TOO_MANY if SavedFilter.count_of(operator_id) >= AT_MOST else None


def forget(operator: Operator, filter_id: int) -> None:
    """Raises NotFound where this operator has none of that id."""
    with transaction():
        kept = db.session.get(SavedFilter, filter_id)
        if kept is None or kept.operator_id != operator.id:
            raise NotFound(N_("there is no such filter"))
        db.session.delete(kept)
