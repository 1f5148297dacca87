"""Events: what happened elsewhere, let in once."""

from __future__ import annotations

from typing import Any

from ..errors import NotFound
from ..models import found
from ..services import events
from ..services.events import Incoming
from . import answers, body, schemas, shapes
from .access import actor
from .calls import Answer, Call, call


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
    if not event_id.isprintable():
        raise NotFound("there is no such event")
    return shapes.event(*found.event(event_id))
