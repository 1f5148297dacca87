"""Workflows: a draft of rows made for editing, and published versions that never change."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, deferred, foreign, mapped_column, relationship

from ..clock import now
from .base import BigId, Id, Model, UtcDateTime

DRAFT = "DRAFT"
ACTIVE = "ACTIVE"
PAUSED = "PAUSED"
ARCHIVED = "ARCHIVED"
STATUSES = (DRAFT, ACTIVE, PAUSED, ARCHIVED)


def new_node_id() -> str:
    return str(uuid4())


class Node(Model):
    """A node of a draft. `fields` holds what its type has beyond these columns, under the export format's names."""

    __tablename__ = "nodes"
    __table_args__ = (Index(None, "workflow_id", "place"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_node_id)
    workflow_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflows.id", ondelete="CASCADE"))
    place: Mapped[int]
    node_type: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(200), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    position_x: Mapped[float] = mapped_column(Float, default=0.0)
    position_y: Mapped[float] = mapped_column(Float, default=0.0)
    redirect_destination: Mapped[str | None] = mapped_column(String(40))
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    COLUMNS = ("id", "node_type", "title", "is_active", "position_x", "position_y", "redirect_destination")

    def document(self) -> dict[str, Any]:
        """The node in the export format."""
        own = {name: getattr(self, name) for name in self.COLUMNS if name != "redirect_destination"}
        destination = {} if self.redirect_destination is None else {"redirect_destination": self.redirect_destination}
        return {**self.fields, **own, **destination}

    @classmethod
    def from_document(cls, document: dict[str, Any], place: int) -> Node:
        # On any other node a field of that name is one that we do not know: it may hold anything.
        not_ours = () if document["node_type"] == "action" else ("redirect_destination",)
        own = {name: document[name] for name in cls.COLUMNS if name in document and name not in not_ours}
        return cls(place=place, fields={k: v for k, v in document.items() if k not in own}, **own)


class Connection(Model):
    """A connection of a draft, from one node to another by the type of the outcome."""

    __tablename__ = "connections"
    __table_args__ = (Index(None, "workflow_id", "place"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True, default=new_node_id)
    workflow_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflows.id", ondelete="CASCADE"))
    place: Mapped[int]
    source_node_id: Mapped[str] = mapped_column(String(36), ForeignKey("nodes.id", ondelete="CASCADE"), index=True)
    target_node_id: Mapped[str] = mapped_column(String(36), ForeignKey("nodes.id", ondelete="CASCADE"), index=True)
    connection_type: Mapped[str] = mapped_column(String(20))
    condition: Mapped[dict[str, Any] | None] = mapped_column(JSON, nullable=False, default=dict)
    fields: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    # Not read: they have nodes written before, and deleted after, the connections between them.
    _source: Mapped[Node] = relationship(foreign_keys=[source_node_id], lazy="raise")
    _target: Mapped[Node] = relationship(foreign_keys=[target_node_id], lazy="raise")

    COLUMNS = ("id", "source_node_id", "target_node_id", "connection_type", "condition")

    def document(self) -> dict[str, Any]:
        """The connection in the export format."""
        return {**self.fields, **{name: getattr(self, name) for name in self.COLUMNS}}

    @classmethod
    def from_document(cls, document: dict[str, Any], place: int) -> Connection:
        own = {name: document[name] for name in cls.COLUMNS if name in document}
        return cls(place=place, fields={k: v for k, v in document.items() if k not in cls.COLUMNS}, **own)


class WorkflowVersion(Model):
    """What was published, in the export format. Executions run on it; nothing changes it (P19)."""

    __tablename__ = "workflow_versions"
    __table_args__ = (Index(None, "workflow_id", "number", unique=True),)

    id: Mapped[Id]
    workflow_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflows.id", ondelete="CASCADE"))
    number: Mapped[int]
    document: Mapped[dict[str, Any]] = deferred(mapped_column(JSON))
    digest: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class LiveSpan(Model):
    """From which to which generation of the set of live workflows a version was live; still, where `until` is null.

    So it can be said of an old event which versions it met (P15).
    """

    __tablename__ = "live_spans"
    __table_args__ = (Index(None, "workflow_id", "since"),)

    id: Mapped[Id]
    workflow_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflows.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflow_versions.id", ondelete="CASCADE"))
    since: Mapped[int]
    until: Mapped[int | None]

    version: Mapped[WorkflowVersion] = relationship(lazy="raise")


class Workflow(Model):
    """A workflow: its limits, its draft, the version that is live.

    `revision` is raised by every change of the draft; a save names the one it was made on (P22).
    `order` decides which of several workflows for one event runs first. `rest` keeps what an import brought
    that this release has no column for.
    """

    __tablename__ = "workflows"
    __table_args__ = (Index(None, "status", "order"),)

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(20), default=DRAFT)
    max_executions: Mapped[int] = mapped_column(default=0)
    delay_between_executions: Mapped[int] = mapped_column(default=0)
    start_date: Mapped[str | None] = mapped_column(String(40))
    end_date: Mapped[str | None] = mapped_column(String(40))
    order: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=1)
    rest: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    import_digest: Mapped[str] = mapped_column(String(64), default="", index=True)
    # No foreign key: versions point here already, they are never deleted, and a circle is hard to migrate.
    live_version_id: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)

    nodes: Mapped[list[Node]] = relationship(cascade="all, delete-orphan", order_by=Node.place)
    connections: Mapped[list[Connection]] = relationship(cascade="all, delete-orphan", order_by=Connection.place)
    live_version: Mapped[WorkflowVersion | None] = relationship(
        primaryjoin=lambda: WorkflowVersion.id == foreign(Workflow.live_version_id)
    )

    @property
    def is_live(self) -> bool:
        return self.status == ACTIVE and self.live_version_id is not None
