"""What was changed in a workflow's draft, kept so that it can be undone and redone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, bindparam, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from ..clock import now
from ..extensions import db
from .actors import Actor
from .base import BigId, Id, Model, UtcDateTime

KEPT = 50
"""So many of a workflow's last changes can be undone."""


class DraftChange(Model):
    """One change of a draft. `parts` holds what it touched, as it was before and as it was after.

    Those of a workflow form a line: what is undone stands at its end, and is gone with the next change.
    """

    __tablename__ = "draft_changes"
    __table_args__ = (Index(None, "workflow_id", "id"),)

    id: Mapped[Id]
    workflow_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflows.id", ondelete="CASCADE"))
    revision: Mapped[int]
    action: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(200), default="")
    parts: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    is_undone: Mapped[bool] = mapped_column(default=False)
    actor_kind: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[str] = mapped_column(String(60))
    actor_label: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    @classmethod
    def of(cls, workflow_id: int) -> list[DraftChange]:
        """The workflow's changes, the newest first, without their parts."""
        return list(db.session.scalars(_LINE, {"workflow_id": workflow_id}))

    @classmethod
    def record(
        cls, workflow_id: int, revision: int, action: str, about: str, parts: dict[str, Any], actor: Actor
    ) -> None:
        """Puts a change at the end of the line, in the present transaction that holds the workflow's lock.

        What was undone can be redone no more, and the oldest change no longer undone.
        """
        line = cls.of(workflow_id)
        gone = [change.id for change in line if change.is_undone]
        gone += [change.id for change in [change for change in line if not change.is_undone][KEPT - 1 :]]
        db.session.execute(delete(cls).where(cls.id.in_(gone)))
        db.session.add(
            cls(
                workflow_id=workflow_id, revision=revision, action=action, about=about, parts=parts,
                actor_kind=actor.kind, actor_id=actor.id, actor_label=actor.label[:200],
            )
        )  # fmt: skip


# Built once: it is read at each look at a draft.
_LINE = (
    select(DraftChange)
    .where(DraftChange.workflow_id == bindparam("workflow_id"))
    .order_by(DraftChange.id.desc())
    .limit(KEPT)
)


def to_undo(line: list[DraftChange]) -> DraftChange | None:
    """Of such a line, the change that an undo takes back."""
    return next((change for change in line if not change.is_undone), None)


def to_redo(line: list[DraftChange]) -> DraftChange | None:
    """Of such a line, the change that a redo makes again."""
    return next((change for change in reversed(line) if change.is_undone), None)
