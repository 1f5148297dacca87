"""What the pages of executions and events share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from ...errors import NotFound
from ...services import bulk_lists
from ...words import N_
from ..workflows import node_kinds

bp = Blueprint("executions", __name__)

LARGEST_ID = 2**63 - 1


@bp.url_value_preprocessor
def _only_ids(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # What no column can hold is not asked for.
    given = values or {}
    if max(given.get(name, 0) for name in ("execution_id", "message_id", "bulk_id")) > LARGEST_ID:
        raise NotFound(N_("there is no such execution"))
    if not all(str(value).isprintable() for value in given.values()):
        raise NotFound(N_("there is no such event"))


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"node_kinds": node_kinds, "bulk_at_most": bulk_lists.AT_MOST}
