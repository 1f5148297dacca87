"""What things are and what may be done to them; importing this package knows every table."""

from . import (
    accounts,
    audit,
    bulk,
    conversations,
    customers,
    drafts,
    events,
    executions,
    filters,
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
    "accounts", "audit", "bulk", "conversations", "customers", "drafts", "events", "executions", "filters", "history",
    "jobs", "knowledge", "messages", "schedules", "settings", "waits", "workflows",
]  # fmt: skip
