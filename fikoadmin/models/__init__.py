"""What things are and what may be done to them; importing this package knows every table."""

from . import (
    accounts,
    audit,
    conversations,
    customers,
    drafts,
    events,
    executions,
    history,
    jobs,
    knowledge,
    messages,
    schedules,
    settings,
    waits,
    workflows,
)

__all__ = [
    "accounts", "audit", "conversations", "customers", "drafts", "events", "executions", "history", "jobs", "knowledge",
    "messages", "schedules", "settings", "waits", "workflows",
]  # fmt: skip
