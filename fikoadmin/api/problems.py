"""Refusals and faults of the API as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import json
import logging
from typing import Any

from flask import Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, TooManyRequests

from ..engine.findings import Finding
from ..errors import Busy, Invalid, Problem, is_busy
from ..models.conversations import Conversation
from ..models.workflows import Workflow
from . import shapes

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = {TooManyRequests.code: 60, Busy.status: 1}

log = logging.getLogger(__name__)


class Unauthorized(Problem):
    status = 401
    title = "No valid token"


class TooLarge(Problem):
    status = 413
    title = "Too large"


class OtherMediaType(Problem):
    status = 415
    title = "Unsupported media type"


class InvalidFields(Invalid):
    """Several fields are wrong at once."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__(errors[0]["field"], errors[0]["message"])
        self.errors = errors


def answer(error: Exception) -> Response:
    """The answer to a request that raised `error`; a fault is logged, and its sender learns nothing of it."""
    if isinstance(error, Problem):
        return _problem(error.status, error.title, error.message, _members(error))
    if isinstance(error, HTTPException):
        return _http(error)
    if is_busy(error):
        log.warning("The database cannot be used: %s", type(getattr(error, "orig", None) or error).__name__)
        return _problem(Busy.status, Busy.title, "the database cannot be used right now; send the same again")
    log.error("Fault in %s %s", request.method, request.endpoint, exc_info=error)
    return _problem(500, "Internal error", "the fault has been logged")


def _http(error: HTTPException) -> Response:
    response = _problem(error.code or 500, error.name, error.description or error.name)
    if isinstance(error, MethodNotAllowed):
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return response


def _problem(status: int, title: str, detail: str, members: dict[str, Any] | None = None) -> Response:
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail, **(members or {})}
    response = Response(json.dumps(document), status, mimetype=MEDIA_TYPE)
    if status == Unauthorized.status:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status in RETRY_SECONDS:
        response.headers["Retry-After"] = str(RETRY_SECONDS[status])
    return response


def _members(problem: Problem) -> dict[str, Any]:
    members = {name: _shown(value) for name, value in problem.members.items()}
    return members | {"errors": problem.errors} if isinstance(problem, Invalid) else members


def _shown(value: Any) -> Any:
    if isinstance(value, Conversation):
        return shapes.conversation(value)
    if isinstance(value, Workflow):
        return shapes.workflow(value)
    if isinstance(value, list):
        return [_shown(each) for each in value]
    return shapes.finding(value) if isinstance(value, Finding) else value
