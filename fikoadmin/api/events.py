"""Events: what happened elsewhere, let in once."""

from __future__ import annotations

from typing import Any

from ..errors import NotFound
from ..models import found
from ..models.events import Event
from ..services import events, why
from ..services.events import Incoming
from . import answers, body, schemas, shapes
from .access import actor
from .calls import Answer, Call, call
from .paging import ListQuery, shown


@call(
    "/events",
    Call(
        "POST",
        "Tell what happened",
        {202: answers.Receipt()},
        (409,),
        sent=schemas.EventSent(),
        description="The same event_id (or source and data.message_id) with the same content again: 202 with the "
        "first answer, and no second effect; with other content: 409, and nothing is stored.",
    ),
)
def receive_event(given: dict[str, Any]) -> Answer:
    event_type = given["event_type"]
    incoming = Incoming(
        event_type=event_type,
        conversation_id=given["conversation_id"],
        customer_id=int(given["user_id"]) if given["user_id"] else None,
        event_id=given["event_id"],
        data=body.load(schemas.EVENT_DATA[event_type], given["data"], "data"),
    )
    return shapes.receipt(events.receive(incoming, actor())), 202


@call(
    "/events/<path:event_id>",
    Call(
        "GET",
        "One event, with what it started and why others did not start",
        {200: answers.Event()},
        (404,),
    ),
)
def show_event(event_id: str) -> Answer:
    return shapes.event(*_found(event_id))


@call(
    "/events/<path:event_id>/workflows",
    Call(
        "GET",
        "The workflows that were live when the event came, each with whether it started or why not",
        {200: answers.page_of(answers.ConsideredWorkflow)()},
        (404,),
        query=ListQuery(),
        description="Empty for an event that was matched with none: one that a waiting node took as its answer, or "
        "that was made for one workflow.",
    ),
)
def list_workflows_of_event(event_id: str, given: dict[str, Any]) -> Answer:
    event, _executions = _found(event_id)
    return shown(why.workflows_of(event, **given), shapes.considered_workflow)


def _found(event_id: str) -> tuple[Event, list[int]]:
    if not event_id.isprintable():
        raise NotFound("there is no such event")
    return found.event(event_id)
