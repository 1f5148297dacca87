"""What things are and what may be done to them; importing this package knows every table."""

from . import (
    accounts,
    attention,
    audit,
    bulk,
    bulk_operations,
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
    tallies,
    waits,
    workflows,
    writing,
)

__all__ = [
    "accounts", "attention", "audit", "bulk", "bulk_operations", "conversations", "customers", "drafts", "events",
    "executions", "filters", "history", "jobs", "knowledge", "messages", "schedules", "settings", "tallies", "waits",
    "workflows", "writing",
]  # fmt: skip
