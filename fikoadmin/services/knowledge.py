"""What the built-in assistant knows, written by the business."""

from __future__ import annotations

from collections.abc import Sequence

from ..extensions import db, transaction
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.knowledge import KnowledgeItem


def add_items(items: Sequence[KnowledgeItem], actor: Actor) -> None:
    """Adds all of them."""
    with transaction():
        db.session.add_all(items)
        db.session.flush()
        for item in items:
            AuditEntry.record("knowledge", item.id, "added", actor, new={"question": item.question})
