"""What things look like in JSON. All ids are texts, all times ISO 8601 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ..destinations import Destination
from ..engine.findings import Finding
from ..models.conversations import Conversation
from ..models.customers import Customer
from ..models.events import Event
from ..models.executions import Execution, Step
from ..models.history import ConversationEvent
from ..models.messages import Message
from ..models.workflows import Workflow
from ..services.events import Receipt
from ..services.why import Considered

Shape = dict[str, Any]


def destination(place: Destination) -> Shape:
    return {"value": place.value, "label": place.label}


def customer(person: Customer) -> Shape:
    names = ("first_name", "last_name", "email", "phone_number", "username", "source", "source_id")
    return {
        "id": str(person.id),
        **{name: getattr(person, name) for name in names},
        "tags": person.tags,
        "created_at": moment(person.created_at),
        "updated_at": moment(person.updated_at),
    }


def conversation(c: Conversation) -> Shape:
    return {
        "id": c.id,
        "status": c.status,
        "ai_enabled": c.ai_enabled,
        "ai_may_reply": c.ai_may_reply,
        "destination": c.destination,
        "epoch": c.epoch,
        "customer": customer(c.customer),
        "source": c.source,
        "unanswered_since": moment(c.unanswered_since),
        "unanswered_reason": c.unanswered_reason,
        "created_at": moment(c.created_at),
        "updated_at": moment(c.updated_at),
    }


def message(m: Message) -> Shape:
    return {
        "id": str(m.id),
        "type": m.type,
        "content": m.content,
        "buttons": m.buttons,
        "author": m.author_label,
        "superseded": m.superseded,
        "superseded_reason": m.superseded_reason,
        "execution_id": text(m.execution_id),
        "created_at": moment(m.created_at),
    }


def conversation_event(e: ConversationEvent) -> Shape:
    return {
        "id": str(e.id),
        "kind": e.kind,
        "epoch": e.epoch,
        "old": {"status": e.old_status, "ai_enabled": e.old_ai_enabled, "destination": e.old_destination},
        "new": {"status": e.new_status, "ai_enabled": e.new_ai_enabled, "destination": e.new_destination},
        "actor": {
            "kind": e.actor_kind,
            "id": e.actor_id,
            "label": e.actor_label,
            "version": e.version,
            "node_id": e.node_id,
            "execution_id": text(e.execution_id),
        },
        "created_at": moment(e.created_at),
    }


def execution(e: Execution) -> Shape:
    return {
        "id": str(e.id),
        "status": e.status,
        "reason": e.reason,
        "workflow_id": str(e.workflow_id),
        "version": e.version.number,
        "conversation_id": e.conversation_id,
        "event_id": e.event_id,
        "retry_of": text(e.retry_of_id),
        "started_at": moment(e.started_at),
        "finished_at": moment(e.finished_at),
        "steps": [step(each) for each in e.steps],
    }


def step(s: Step) -> Shape:
    names = ("node_id", "node_type", "title", "outcome", "reason", "connection", "data")
    return {
        **{name: getattr(s, name) for name in names},
        "started_at": moment(s.started_at),
        "finished_at": moment(s.finished_at),
    }


def workflow(w: Workflow) -> Shape:
    """`version` is the number of the live one, null before the first; `revision` counts changes of the draft."""
    names = ("name", "description", "status", "order", "revision", "max_executions", "delay_between_executions")
    return {
        "id": str(w.id),
        **{name: getattr(w, name) for name in names},
        "start_date": w.start_date or None,
        "end_date": w.end_date or None,
        "version": w.live_version.number if w.live_version else None,
        "created_at": moment(w.created_at),
        "updated_at": moment(w.updated_at),
    }


def imported(w: Workflow, warnings: list[str]) -> Shape:
    return {"id": str(w.id), "name": w.name, "status": w.status, "warnings": warnings}


def finding(f: Finding) -> Shape:
    return {"node_id": f.node_id, "code": f.code, "message": f.message}


def receipt(r: Receipt) -> Shape:
    """What the sender of an event is told; a repeat is told the same."""
    return {
        "event_id": r.event_id,
        "duplicate": r.duplicate,
        "executions": r.executions,
        "ai_reply": r.ai_reply,
    }


def event(e: Event, execution_ids: list[int]) -> Shape:
    """An event with what it started, and for the workflows that it might have started why it did not (P15)."""
    return {
        "event_id": e.id,
        "event_type": e.event_type,
        "conversation_id": e.conversation_id,
        "user_id": text(e.customer_id),
        "message_id": text(e.message_id),
        "data": e.data,
        "cut": e.cut,
        "taken_by": text(e.snapshot.get("taken_by")),
        "executions": [str(each) for each in execution_ids],
        "workflows": [considered(each) for each in e.considered],
        "created_at": moment(e.created_at),
    }


def considered_workflow(c: Considered) -> Shape:
    """One of the workflows that were live when an event came."""
    shape = {"workflow_id": c.workflow_id, "version": c.version, "starts": c.starts, "refusals": c.refusals}
    return {**considered(shape), "name": c.name}


def considered(candidate: dict[str, Any]) -> Shape:
    return {
        "workflow_id": str(candidate["workflow_id"]),
        "version": candidate["version"],
        "started": bool(candidate["starts"]),
        "reasons": candidate["refusals"],
    }


def text(number: int | None) -> str | None:
    return None if number is None else str(number)


def moment(time: datetime | None) -> str | None:
    """Always with microseconds, so that texts sort as times do."""
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z") if time else None
