"""How lists are asked for and answered: `?after=` and `?limit=` in, items and the next cursor out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flask import request
from marshmallow import EXCLUDE, Schema

from ..documents.strict import refuse_unsound
from ..models.pages import CURSOR_LENGTH, PAGE_SIZE, Page
from . import body, fields, shapes

LARGEST_PAGE = 200

Item = TypeVar("Item")


class ListQuery(Schema):
    """What every list takes; a list with filters adds them."""

    class Meta:
        unknown = EXCLUDE

    after = fields.Text(CURSOR_LENGTH, 1, metadata={"description": "`next` of the page before"})
    limit = fields.Size(LARGEST_PAGE, load_default=PAGE_SIZE)


def query(schema: Schema) -> dict[str, Any]:
    """The checked query string; raises Invalid. Of a name that is given twice the first counts."""
    given = request.args.to_dict()
    refuse_unsound(given)
    return body.load(schema, given)


def shown(page: Page[Item], shape: Callable[[Item], shapes.Shape]) -> shapes.Shape:
    return {"items": [shape(item) for item in page.items], "next": page.next}
