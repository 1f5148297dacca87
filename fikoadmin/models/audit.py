"""Who changed which workflow, version, account or setting, and how (P25)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..extensions import db
from .accounts import ApiToken, Operator
from .actors import Actor
from .base import Id, Model, UtcDateTime
from .workflows import Workflow


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

    @classmethod
    def subject_names(cls, entries: list[AuditEntry]) -> dict[int, str]:
        """What the entries' operators, tokens and workflows are called now, by the entry's id."""
        found: dict[int, str] = {}
        for model in set(NAMED.values()):
            rows = {entry.id: entry._row_id for entry in entries if NAMED.get(entry.subject_kind) is model}
            named = select(model.id, model.name).where(model.id.in_(rows.values()))
            names = dict(db.session.execute(named).all())
            found |= {entry_id: names[row_id] for entry_id, row_id in rows.items() if row_id in names}
        return found

    @property
    def _row_id(self) -> int:
        return int(self.subject_id.partition("/")[0])  # a version's is "workflow/number"


NAMED: dict[str, type[ApiToken | Operator | Workflow]] = {
    "operator": Operator,
    "token": ApiToken,
    "version": Workflow,
    "workflow": Workflow,
}
