"""Many executions cancelled or run again at once: a frozen list like that of redirects (P27)."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..extensions import db
from . import jobs
from .base import BigId
from .bulk import BulkList, BulkTurn
from .executions import Execution

CANCEL = "cancel"
RETRY = "retry"  # from its start, on the version that it ran on
RETRY_LIVE = "retry_live"  # from its start, on the version that is live
VERBS = (CANCEL, RETRY, RETRY_LIVE)


class OperationRow(BulkTurn):
    """One execution of the list; `status` is the one that it had when the list was made, `new_execution_id` what ran
    it again."""

    __tablename__ = "bulk_operation_rows"
    __table_args__ = (Index(None, "execution_id"), Index(None, "new_execution_id"))
    of = "bulk_operations"

    execution_id: Mapped[int] = mapped_column(BigId, ForeignKey("executions.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(String(20))
    new_execution_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("executions.id", ondelete="SET NULL"))

    execution: Mapped[Execution] = relationship(foreign_keys=[execution_id])
    new_execution: Mapped[Execution | None] = relationship(foreign_keys=[new_execution_id])


class BulkOperation(BulkList):
    """What is done to many executions; `verb` is empty until it is started."""

    __tablename__ = "bulk_operations"
    rows = OperationRow
    job_kind = jobs.BULK_OPERATION
    topic = "operation"

    verb: Mapped[str] = mapped_column(String(20), default="")


def fitting(
    limit: int, *, workflow_id: int | None, conversation_id: str | None, status: str | None, since: datetime | None
) -> list[tuple[int, str]]:
    """(id, status) of the newest executions that fit, newest first."""
    chosen = {"workflow_id": workflow_id, "conversation_id": conversation_id, "status": status}
    wanted = [getattr(Execution, name) == value for name, value in chosen.items() if value is not None]
    newest = select(Execution.id, Execution.status, Execution.started_at).where(*wanted)
    rows = db.session.execute(newest.order_by(Execution.id.desc()).limit(limit))
    # Ids grow with time, as in the list of executions: there it ends.
    return [(id_, now_is) for id_, now_is, _ in takewhile(lambda row: since is None or row.started_at >= since, rows)]
