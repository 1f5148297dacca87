"""Who changed which workflow, version, account or setting, and how (P25)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..extensions import db
from .actors import Actor
from .base import Id, Model, UtcDateTime


class AuditEntry(Model):
    __tablename__ = "audit_entries"
    __table_args__ = (Index(None, "subject_kind", "subject_id"),)

    id: Mapped[Id]
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(40))
    old: Mapped[Any] = mapped_column(JSON)
    new: Mapped[Any] = mapped_column(JSON)
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(60))
    actor_label: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def record(cls, kind: str, subject_id: object, action: str, actor: Actor, old: Any = None, new: Any = None) -> None:
        """Writes the entry in the present transaction; `old` and `new` are JSON values without secrets."""
        db.session.add(
            cls(
                subject_kind=kind, subject_id=str(subject_id), action=action, old=old, new=new,
                actor_kind=actor.kind, actor_id=actor.id, actor_label=actor.label[:200],
            )
        )  # fmt: skip

    @classmethod
    def latest(cls, count: int) -> list[AuditEntry]:
        """The last changes of anything, the newest first."""
        return list(db.session.scalars(select(cls).order_by(cls.id.desc()).limit(count)))
