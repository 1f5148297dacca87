"""The words of what was written before there was search, or by a release that knows none."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update

from ..extensions import db, transaction
from ..models.customers import NAMES, Customer
from ..models.held import Held
from ..models.messages import Message
from ..models.searchable import words_of

AT_ONCE = 500


def keep_words(held: Held) -> None:
    """Gives every message and customer without words theirs, some at a time."""
    for model, columns in ((Message, ("content",)), (Customer, NAMES)):
        while not held.lost() and _some(model, columns):
            pass


def _some(model: Any, columns: tuple[str, ...]) -> bool:
    """False where none is left."""
    texts = [getattr(model, column) for column in columns]
    without = select(model.id, *texts).where(model.words.is_(None)).order_by(model.id).limit(AT_ONCE)
    with transaction():
        rows = [{"row_id": id_, "found": words_of(*texts)} for id_, *texts in db.session.execute(without)]
        if rows:
            # Where its writer was faster, the writer is right.
            theirs = update(model.__table__).where(model.id == bindparam("row_id"), model.words.is_(None))
            db.session.execute(theirs.values(words=bindparam("found")), rows)
    return bool(rows)
