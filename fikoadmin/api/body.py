"""What was sent: strictly read, then checked against a schema; every wrong field is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from flask import request
from marshmallow import Schema, ValidationError

from ..documents.places import WHOLE
from ..documents.strict import parse, refuse_unsound
from ..errors import Invalid
from .problems import InvalidFields, OtherMediaType, TooLarge

BODY = "body"
BODY_BYTES = 1024 * 1024
IMPORT_BYTES = 2 * BODY_BYTES


def limit(most: int) -> None:
    """Refuses a body that announces itself as larger before any of it is read; one that does not, while it is."""
    # One more, because reading ends there in silence: a body that is cut off must not pass for a whole one.
    request.max_content_length = most + 1
    if (request.content_length or 0) > most:
        raise _too_large(most)


def raw() -> bytes:
    """The bytes that were sent; raises OtherMediaType, TooLarge."""
    if request.mimetype != "application/json" and (request.mimetype or request.content_length):
        raise OtherMediaType("send JSON, with Content-Type: application/json")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise OtherMediaType("send JSON as it is, without Content-Encoding: it is not unpacked here")
    sent, most = request.get_data(cache=False), (request.max_content_length or 0) - 1
    if len(sent) > most:
        raise _too_large(most)
    return sent


def _too_large(most: int) -> TooLarge:
    return TooLarge(f"the body may have at most {most // 1024} KiB")


def read(schema: Schema) -> dict[str, Any]:
    """The checked object that was sent; raises Invalid, which is 400 where it is no JSON at all."""
    try:
        value = parse(raw())
        refuse_unsound(value)
    except Invalid as error:
        if error.field != WHOLE:
            raise
        raise type(error)(BODY, error.text, **error.values) from None
    return load(schema, value)


def load(schema: Schema, value: Any, place: str = "") -> dict[str, Any]:
    """`value` checked; raises Invalid with all that is wrong, below `place`."""
    try:
        return cast("dict[str, Any]", schema.load(value))
    except ValidationError as error:
        raise InvalidFields(list(_flat(error.messages, place))) from None


def _flat(messages: Any, place: str) -> Iterator[dict[str, str]]:
    if not isinstance(messages, Mapping):
        yield {"field": place or BODY, "message": str(messages[0])}
        return
    for key, inner in messages.items():
        if key == "_schema":
            yield from _flat(inner, place)
        else:
            yield from _flat(inner, f"{place}[{key}]" if isinstance(key, int) else f"{place}.{key}".lstrip("."))
