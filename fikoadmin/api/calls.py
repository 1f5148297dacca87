"""How a call is declared: once, for the route, the check of what is sent, and the description."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Literal

from flask import Blueprint, Response
from marshmallow import Schema

from . import body, paging

PREFIX = "/api/v1"

bp = Blueprint("api", __name__, url_prefix=PREFIX)

# A JSON value (status 200), one with its status, or a finished response.
Answer = Any
View = Callable[..., Answer]


@dataclass(frozen=True)
class Call:
    """One call as its callers know it. `answers` maps a status to the shape of that answer, None for no body."""

    method: Literal["GET", "POST", "DELETE"]
    summary: str
    answers: dict[int, Schema | None]
    errors: tuple[int, ...] = ()
    sent: Schema | None = None
    query: Schema | None = None
    # Said of a body that is not read by a schema.
    document: dict[str, Any] | None = None
    needs_token: bool = True
    description: str = ""


CALLS: dict[str, Call] = {}


def call(path: str, declared: Call) -> Callable[[View], View]:
    """Routes the view; what `declared` says is sent reaches it checked, as its argument `given`."""

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(**path_values: Any) -> Response:
            if declared.sent:
                path_values["given"] = body.read(declared.sent)
            if declared.query:
                path_values["given"] = paging.query(declared.query)
            return _response(view(**path_values))

        CALLS[view.__name__] = declared
        bp.add_url_rule(path, view.__name__, answer, methods=[declared.method])
        return view

    return decorate


def _response(answer: Answer) -> Response:
    value, status = answer if isinstance(answer, tuple) else (answer, 200)
    if value is None:
        response = Response(status=status)
        del response.headers["Content-Type"]  # there is nothing that could have one
        return response
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status, mimetype="application/json")
