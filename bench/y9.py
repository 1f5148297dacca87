"""Y9: list pages at 1,000 and at very many rows, the first page and the deepest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from bench.crowd import FIRST
from bench.reader import Reader
from fikoadmin.extensions import db
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.pages import PAGE_SIZE

# Each with what its rows hold.
LISTS = {
    "/conversations": 'href="/conversations/',
    "/conversations?status=support_active": 'href="/conversations/',
    "/executions": 'href="/executions/',
    "/customers": 'href="/customers/',
}


def costs(reader: Reader) -> dict[str, float]:
    """Each page's time, in empty pages."""
    deepest = {"/conversations": _conversation(), "/executions": str(FIRST + PAGE_SIZE)}
    pages = [(f"Y9 first page of {path}", path, mark) for path, mark in LISTS.items()]
    pages += [(f"Y9 deepest page of {path}", f"{path}?after={deepest[path]}", LISTS[path]) for path in deepest]
    return {name: _cost(reader, path, mark) for name, path, mark in pages}


def _cost(reader: Reader, path: str, mark: str) -> float:
    assert reader.get(path).count(mark) >= PAGE_SIZE, f"{path}: not {PAGE_SIZE} rows"
    return reader.in_empty_pages(path)


def _conversation() -> str:
    """The cursor after which exactly one page is left."""
    oldest_first = select(Conversation.updated_at, Conversation.id).order_by(Conversation.updated_at, Conversation.id)
    changed, id_ = db.session.execute(oldest_first.offset(PAGE_SIZE).limit(1)).one()
    db.session.rollback()
    return f"{(changed - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)}.{id_}"
