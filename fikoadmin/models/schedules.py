"""How far the schedules of live workflows have come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from .base import BigId, Model, UtcDateTime


class Schedule(Model):
    """There is one while the live version of a workflow has a schedule; guarded by the workflow's lock.

    `done_until` is the last occurrence that was dealt with, or where there is none the moment from which they count.
    """

    __tablename__ = "schedules"

    workflow_id: Mapped[int] = mapped_column(BigId, ForeignKey("workflows.id", ondelete="CASCADE"), primary_key=True)
    done_until: Mapped[datetime] = mapped_column(UtcDateTime)
