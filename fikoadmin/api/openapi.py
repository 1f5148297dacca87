"""The description of the API (OpenAPI 3.1), made of what the calls declare."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import current_app
from marshmallow import Schema
from werkzeug.routing import Rule

from . import answers, schemas
from .calls import CALLS, Answer, Call, call
from .fields import NUMBER_PATTERN
from .problems import MEDIA_TYPE

PATH_VALUES: dict[str, dict[str, Any]] = {
    "number": {"type": "string", "pattern": f"^{NUMBER_PATTERN}$"},
    "conversation": {"type": "string", "pattern": f"^[A-Za-z0-9_-]{{1,{schemas.ID_LENGTH}}}$"},
    "path": {"type": "string", "minLength": 1, "maxLength": schemas.KEY_LENGTH},
}
ERRORS = {
    400: "Not JSON",
    401: "No valid token",
    403: "The token may only read",
    404: "Not there",
    409: "Conflict with the present state",
    413: "Too large",
    415: "Not `application/json`, or compressed",
    422: "A field is wrong: `errors` names it",
    429: "Too many bad tokens from this address",
    503: "The database cannot be used right now; Retry-After says when to try again",
}
_PROBLEM = {"$ref": "#/components/schemas/Problem"}


@call(
    "/openapi.json",
    Call("GET", "This description", {200: Schema.from_dict({}, name="OpenAPI")()}, needs_token=False),
)
def describe() -> Answer:
    return description()


@cache
def description() -> dict[str, Any]:
    """The document; the same for every app, because the calls are."""
    spec = APISpec("Fiko Admin", "1", "3.1.0", plugins=[MarshmallowPlugin(schema_name_resolver=_name)])
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", schema=answers.Problem)
    spec.components.schema("Document", schema=answers.Document)
    for rule in current_app.url_map.iter_rules():
        area, _, name = rule.endpoint.partition(".")
        if area == "api":
            spec.path(_path(rule), operations={CALLS[name].method.lower(): _operation(name, CALLS[name], rule)})
    return spec.to_dict()


def _name(schema: Any) -> str:
    kind = schema if isinstance(schema, type) else type(schema)
    return kind.__name__


def _path(rule: Rule) -> str:
    return re.sub(r"<[a-z]+:([a-z_]+)>", r"{\1}", rule.rule)


def _operation(name: str, declared: Call, rule: Rule) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": declared.summary,
        "parameters": [*_path_parameters(rule), *_query_parameters(declared)],
        "responses": _answers(declared) | _refusals(declared),
        "security": [{"token": []}] if declared.needs_token else [],
    }
    if declared.description:
        operation["description"] = declared.description
    if schema := declared.sent or declared.document:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    return operation


def _path_parameters(rule: Rule) -> list[dict[str, Any]]:
    values = re.findall(r"<([a-z]+):([a-z_]+)>", rule.rule)
    return [{"name": name, "in": "path", "required": True, "schema": PATH_VALUES[kind]} for kind, name in values]


def _query_parameters(declared: Call) -> list[dict[str, Any]]:
    return [{"in": "query", "schema": declared.query}] if declared.query else []


def _answers(declared: Call) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status, schema in declared.answers.items():
        content = {"content": {"application/json": {"schema": schema}}} if schema else {}
        found[str(status)] = {"description": declared.summary, **content}
    return found


def _refusals(declared: Call) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": _PROBLEM}}
    return {str(s): {"description": ERRORS[s], "content": content} for s in _statuses(declared)}


def _statuses(declared: Call) -> list[int]:
    """The errors that a call can have; those of the token and the body follow from what it is."""
    if not declared.needs_token:
        return [413]
    found = {401, 413, 429, 503, *declared.errors}
    if declared.method != "GET":
        found.add(403)
    if declared.query:
        found.add(422)
    if declared.sent or declared.document:
        found |= {400, 415, 422}
    return sorted(found)
