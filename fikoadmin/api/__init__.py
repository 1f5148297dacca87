"""The HTTP API under /api/v1, for other programs, and what watches the app."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import BaseConverter

from ..errors import NotFound
from ..extensions import csrf
from . import access, body, conversations, customers, events, executions, health, openapi, problems, workflows
from .calls import PREFIX, bp
from .fields import NUMBER_PATTERN
from .schemas import ID_LENGTH

__all__ = [
    "conversations", "customers", "events", "executions", "init_app", "openapi", "workflows",
]  # fmt: skip

OPEN = "api.describe"
LARGE = "api.import_workflow"


class NumberConverter(BaseConverter):
    """The id of a customer, workflow or execution; anything else is not there."""

    regex = NUMBER_PATTERN

    def to_python(self, value: str) -> int:
        return int(value)


class ConversationConverter(BaseConverter):
    regex = f"[A-Za-z0-9_-]{{1,{ID_LENGTH}}}"


def init_app(app: Flask) -> None:
    """Adds the API and /healthz, /readyz, /metrics to the app."""
    app.url_map.converters |= {"number": NumberConverter, "conversation": ConversationConverter}
    app.before_request(_guard)
    csrf.exempt(bp)  # a token is sent on purpose, a cookie by itself: only the latter can be abused from elsewhere
    app.register_blueprint(bp)
    health.init_app(app)


def _guard() -> Response | None:
    """Before any call: the token, then the address, then the size. Runs for addresses that lead nowhere, too."""
    if request.path != PREFIX and not request.path.startswith(f"{PREFIX}/"):
        return None
    try:
        if request.endpoint != OPEN:
            access.admit()
        _refuse_nowhere(request.routing_exception)
        body.limit(body.IMPORT_BYTES if request.endpoint == LARGE else body.BODY_BYTES)
    except Exception as error:
        return problems.answer(error)
    return None


def _refuse_nowhere(error: HTTPException | None) -> None:
    if isinstance(error, MethodNotAllowed):
        raise error
    if error is not None and error.code == NotFound.status:
        raise NotFound("there is nothing at this address")


bp.register_error_handler(Exception, problems.answer)
