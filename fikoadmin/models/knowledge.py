"""What the built-in assistant knows."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import JSON, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..engine.text import normalise
from ..extensions import db
from .base import Id, Model, UtcDateTime
from .pages import PAGE_SIZE, Page, number

MOST = 5_000
"""So many entries there can be: each answer looks at all of them."""


class KnowledgeItem(Model):
    __tablename__ = "knowledge_items"

    id: Mapped[Id]
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(String(5))
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    @property
    def version(self) -> str:
        """Another text for other contents: a save names the one that its author saw (P22)."""
        return hashlib.sha256(json.dumps(self.as_data()).encode("utf-8", "surrogatepass")).hexdigest()[:16]

    def as_data(self) -> dict[str, Any]:
        """What the business wrote, as JSON."""
        return {"question": self.question, "answer": self.answer, "language": self.language, "tags": self.tags}

    def speaks_of(self, wanted: str) -> bool:
        """Whether the normalised text `wanted` is somewhere in it."""
        return wanted in normalise("\n".join([self.question, self.answer, *self.tags]))

    @classmethod
    def listed(
        cls, text: str = "", language: str | None = None, after: str | None = None, limit: int = PAGE_SIZE
    ) -> Page[KnowledgeItem]:
        """Newest first, those that have `text` in question, answer or tags, however it was typed.

        Raises Invalid for a malformed cursor.
        """
        statement = select(cls).order_by(cls.id.desc()).limit(MOST)
        if language:
            statement = statement.where(cls.language == language)
        if after is not None:
            statement = statement.where(cls.id < number(after))
        wanted = normalise(text)
        if not wanted:
            statement = statement.limit(limit + 1)
        rows = list(islice((item for item in db.session.scalars(statement) if item.speaks_of(wanted)), limit + 1))
        return Page(rows[:limit], str(rows[limit - 1].id) if len(rows) > limit else None)

    @classmethod
    def by_id(cls, item_id: int) -> KnowledgeItem | None:
        return db.session.get(cls, item_id)

    @classmethod
    def all(cls) -> list[KnowledgeItem]:
        """The oldest first."""
        return list(db.session.scalars(select(cls).order_by(cls.id).limit(MOST)))
