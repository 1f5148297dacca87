"""Filters of the list of conversations that operators keep, each their own."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, bindparam, func, select
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..extensions import db
from .base import BigId, Id, Model, UtcDateTime

AT_MOST = 20


class SavedFilter(Model):
    """A name for what an address filters by; `query` is that part of the address."""

    __tablename__ = "saved_filters"
    __table_args__ = (Index(None, "operator_id", "name", unique=True),)

    id: Mapped[Id]
    operator_id: Mapped[int] = mapped_column(BigId, ForeignKey("operators.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    query: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def of(cls, operator_id: int) -> list[SavedFilter]:
        """That operator's, oldest first."""
        return list(db.session.scalars(_OF, {"operator_id": operator_id}))

    @classmethod
    def named(cls, operator_id: int, name: str) -> SavedFilter | None:
        return db.session.scalar(select(cls).where(cls.operator_id == operator_id, cls.name == name))

    @classmethod
    def count_of(cls, operator_id: int) -> int:
        return db.session.scalar(select(func.count()).select_from(cls).where(cls.operator_id == operator_id)) or 0


# Built once: each look at the list of conversations asks it.
_OF = select(SavedFilter).where(SavedFilter.operator_id == bindparam("operator_id")).order_by(SavedFilter.id)
