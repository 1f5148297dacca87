"""Workflows: in and out, live and not, and run by hand."""

from __future__ import annotations

from typing import Any

from ..models import found, pages
from ..services import executions, workflows
from . import answers, body, schemas, shapes
from .access import actor
from .calls import Answer, Call, call
from .paging import ListQuery, shown

PATH = "/workflows/<number:workflow_id>"

_DOCUMENT: dict[str, Any] = {"$ref": "#/components/schemas/Document"}
_ENVELOPE: dict[str, Any] = {
    "type": "object",
    "properties": {"workflow_data": _DOCUMENT, "name": {"type": ["string", "null"], "maxLength": 200}},
    "required": ["workflow_data"],
}


@call(
    "/workflows/import",
    Call(
        "POST",
        "Make a draft of a document",
        {201: answers.Imported()},
        document={"anyOf": [_ENVELOPE, _DOCUMENT]},
        description="The bare document or its envelope, up to 2 MiB. "
        "All or nothing: 422 names the place of the first error.",
    ),
)
def import_workflow() -> Answer:
    workflow, warnings = workflows.import_document(body.raw(), actor())
    return shapes.imported(workflow, warnings), 201


@call(
    "/workflows",
    Call("GET", "The workflows, in their order", {200: answers.page_of(answers.Workflow)()}, query=ListQuery()),
)
def list_workflows(given: dict[str, Any]) -> Answer:
    return shown(pages.workflows(**given), shapes.workflow)


@call(PATH, Call("GET", "One workflow", {200: answers.Workflow()}, (404,)))
def show_workflow(workflow_id: int) -> Answer:
    return shapes.workflow(found.workflow(workflow_id))


@call(f"{PATH}/export", Call("GET", "The draft in the export format", {200: answers.Document()}, (404,)))
def export_workflow(workflow_id: int) -> Answer:
    return workflows.export(workflow_id)


@call(
    f"{PATH}/activate",
    Call(
        "POST",
        "Publish the draft if it has changed, and let events start it",
        {200: answers.Workflow()},
        (404, 409),
        query=schemas.OpenQuery(),
        description="409 with `findings` where it cannot be published. Executions that are open on an older version "
        "finish there, or are cancelled with `?open_executions=stop`.",
    ),
)
def activate_workflow(workflow_id: int, given: dict[str, Any]) -> Answer:
    return shapes.workflow(workflows.activate(workflow_id, actor(), stop_older=_stops(given)))


@call(
    f"{PATH}/pause",
    Call("POST", "Let events start it no more", {200: answers.Workflow()}, (404, 409), query=schemas.OpenQuery()),
)
def pause_workflow(workflow_id: int, given: dict[str, Any]) -> Answer:
    return shapes.workflow(workflows.pause(workflow_id, actor(), _stops(given)))


@call(
    f"{PATH}/archive",
    Call("POST", "Put it out of the way", {200: answers.Workflow()}, (404,), query=schemas.OpenQuery()),
)
def archive_workflow(workflow_id: int, given: dict[str, Any]) -> Answer:
    return shapes.workflow(workflows.archive(workflow_id, actor(), _stops(given)))


def _stops(given: dict[str, Any]) -> bool:
    return bool(given["open_executions"] == "stop")


@call(
    f"{PATH}/trigger",
    Call(
        "POST",
        "Run it on a conversation",
        {201: answers.Execution()},
        (404, 409),
        sent=schemas.TriggerSent(),
        description="Starts at every switched-on When, whatever its filters; limits count. 409 unless ACTIVE.",
    ),
)
def trigger_workflow(workflow_id: int, given: dict[str, Any]) -> Answer:
    return shapes.execution(executions.trigger(workflow_id, given["conversation_id"], actor())), 201
