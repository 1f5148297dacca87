"""Why each workflow that was live did or did not start on an event (P15).

What the index returned was stored with the event; the rest is computed when asked for, from the event's snapshot and
the versions that were live then.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload, undefer

from ..engine.context import last_customer_text
from ..engine.graph import Graph
from ..extensions import db
from ..matching import LiveWorkflow, Snapshot, as_live, examine, switched_off
from ..models.conversations import Conversation
from ..models.events import MESSAGE_RECEIVED, Event
from ..models.pages import PAGE_SIZE, Page, number
from ..models.workflows import LiveSpan, Workflow, WorkflowVersion
from .limits import held_back


@dataclass(frozen=True)
class Considered:
    """One workflow that was live: whether it started, else its `refusals`.

    A refusal is {"reason", "expected", "actual"} and, where a When node is meant, {"node_id"}.
    """

    workflow_id: int
    name: str
    version: int
    starts: list[str]
    refusals: list[dict[str, Any]]


@dataclass(frozen=True)
class Prospect:
    """Where a live workflow would start on that text, else its `refusals`; and what would hold it back."""

    text: str
    starts: list[str]
    refusals: list[dict[str, Any]]
    held_back: str


def prospect(workflow: LiveWorkflow, conversation: Conversation, timezone: ZoneInfo) -> Prospect:
    """Whether the workflow would start if the customer wrote the same as last once more: everything as it is now."""
    text, customer = last_customer_text(conversation.id), conversation.customer
    snapshot = Snapshot(MESSAGE_RECEIVED, text, conversation.source, tuple(customer.tags))
    found = examine(workflow, snapshot, [])
    held = held_back(workflow, customer.id, conversation.id, timezone)
    return Prospect(text, found.starts, [] if found.starts else found.refusals, held)


def workflows_of(event: Event, limit: int = PAGE_SIZE, after: str | None = None) -> Page[Considered]:
    """The workflows that were live when the event was matched, by their ids; none where it was matched with none.

    An event that a waiting node took, or that was made for one workflow, was matched with none.
    Raises Invalid for a malformed cursor.
    """
    generation = event.snapshot.get("generation")
    if generation is None:
        return Page([], None)
    spans = _spans(generation, number(after) if after is not None else 0, limit + 1)
    stored = {candidate["workflow_id"]: candidate for candidate in event.considered}
    shown = [_considered(event, workflow, span.version, stored) for span, workflow in spans[:limit]]
    return Page(shown, str(shown[-1].workflow_id) if len(spans) > limit else None)


def _spans(generation: int, after: int, limit: int) -> list[tuple[LiveSpan, Workflow]]:
    was_live = LiveSpan.since <= generation, or_(LiveSpan.until.is_(None), LiveSpan.until > generation)
    rows = db.session.execute(
        select(LiveSpan, Workflow)
        .join(Workflow, Workflow.id == LiveSpan.workflow_id)
        .options(joinedload(LiveSpan.version).options(undefer(WorkflowVersion.document)))
        .where(LiveSpan.workflow_id > after, *was_live)
        .order_by(LiveSpan.workflow_id)
        .limit(limit)
    )
    return [(span, workflow) for span, workflow in rows]


def _considered(
    event: Event, workflow: Workflow, version: WorkflowVersion, stored: dict[int, dict[str, Any]]
) -> Considered:
    snapshot, live = _snapshot(event), as_live(workflow, version)
    candidate = stored.get(workflow.id) or examine(live, snapshot, event.chain).as_data()
    starts, refusals = candidate["starts"], candidate["refusals"]
    if not starts and workflow.id not in event.chain:
        refusals = switched_off(Graph(version.document), snapshot) + refusals
    return Considered(workflow.id, workflow.name, version.number, starts, refusals)


def _snapshot(event: Event) -> Snapshot:
    kept = event.snapshot
    return Snapshot.of(event, kept["source"], tuple(kept["tags"]))
