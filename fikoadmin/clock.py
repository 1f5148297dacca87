"""The one clock. Leases are the exception: they compare with the database's clock in the statement."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
