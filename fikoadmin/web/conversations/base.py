"""What the pages of conversations share."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from ...errors import NotFound
from ...services import bulk_lists
from ...words import N_

bp = Blueprint("conversations", __name__, url_prefix="/conversations")

LARGEST_ID = 2**63 - 1
LARGEST_EPOCH = 2**31 - 1


@bp.url_value_preprocessor
def _only_ids(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # What cannot be an id is not asked for: PostgreSQL refuses to compare with a NUL.
    given = values or {}
    conversation_id = given.get("conversation_id", "id")
    if not conversation_id.replace("-", "").replace("_", "").isalnum():
        raise NotFound(N_("there is no such conversation"))
    if max(given.get("bulk_id", 0), given.get("filter_id", 0)) > LARGEST_ID or given.get("epoch", 0) > LARGEST_EPOCH:
        raise NotFound(N_("there is no such conversation"))


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"bulk_at_most": bulk_lists.AT_MOST}
