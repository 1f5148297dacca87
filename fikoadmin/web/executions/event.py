"""An event: what it started, and for each other live workflow why it did not start (P15)."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...models import events, found
from ...models.events import Event
from ...models.executions import Execution
from ...services import why
from ..access import permitted
from .base import bp
from .refusals import Refused, refused


@dataclass(frozen=True)
class NotStarted:
    """A live workflow that did not start, and all that it was refused for."""

    workflow_id: int
    name: str
    version: int
    refusals: list[Refused]


@bp.get("/events/<path:event_id>")
@permitted("viewer")
def show_event(event_id: str) -> ResponseReturnValue:
    event, _ = found.event(event_id)
    started = found.started_by(event.id)
    others, following = _others(event, started)
    return render_template(
        "executions/event.html",
        event=event,
        started=started,
        others=others,
        next=following,
        was_matched="generation" in event.snapshot,
        is_by_hand=event.event_type == events.MANUAL,
        caused_by=found.names_of(event.chain),
    )


@bp.get("/conversations/<conversation_id>/messages/<int:message_id>/event")
@permitted("viewer")
def of_message(conversation_id: str, message_id: int) -> ResponseReturnValue:
    """To the event that a customer's message was."""
    event_id = found.event_of_message(conversation_id, message_id)
    return redirect(url_for(".show_event", event_id=event_id), 303)


def _others(event: Event, started: list[Execution]) -> tuple[list[NotStarted], str | None]:
    """A page of the workflows that were live then and did not start; the cursor of the next page."""
    page = why.workflows_of(event, after=request.args.get("after") or None)
    ran = {execution.workflow_id for execution in started}
    others = [
        NotStarted(each.workflow_id, each.name, each.version, list(dict.fromkeys(map(refused, each.refusals))))
        for each in page.items
        if each.workflow_id not in ran
    ]
    return others, page.next
