"""Executions, with their steps."""

from __future__ import annotations

from typing import Any

from ..models import found, pages
from ..services import executions
from . import answers, schemas, shapes
from .access import actor
from .calls import Answer, Call, call
from .paging import shown

PATH = "/executions/<number:execution_id>"


@call(
    "/executions",
    Call(
        "GET",
        "The executions, newest first",
        {200: answers.page_of(answers.Execution)()},
        query=schemas.ExecutionQuery(),
    ),
)
def list_executions(given: dict[str, Any]) -> Answer:
    if "workflow_id" in given:
        given["workflow_id"] = int(given["workflow_id"])
    return shown(pages.executions(**given), shapes.execution)


@call(PATH, Call("GET", "One execution", {200: answers.Execution()}, (404,)))
def show_execution(execution_id: int) -> Answer:
    return shapes.execution(found.execution(execution_id))


@call(f"{PATH}/cancel", Call("POST", "Cancel an execution that has not ended", {200: answers.Execution()}, (404, 409)))
def cancel_execution(execution_id: int) -> Answer:
    return shapes.execution(executions.cancel(execution_id, actor()))


@call(
    f"{PATH}/retry",
    Call(
        "POST",
        "Run an execution that has ended again",
        {200: answers.Execution()},
        (404, 409),
        query=schemas.RetryQuery(),
        description="The answer is a new execution; its `retry_of` names the old one. It runs on the same version, or "
        "with `?version=live` on the live one; from the start, or with `?start=failed` from what failed.",
    ),
)
def retry_execution(execution_id: int, given: dict[str, Any]) -> Answer:
    on_live, from_failed = given["version"] == "live", given["start"] == "failed"
    return shapes.execution(executions.retry(execution_id, actor(), on_live=on_live, from_failed=from_failed))
