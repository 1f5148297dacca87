"""One conversation, whole or a part of it."""

from __future__ import annotations

from flask.typing import ResponseReturnValue

from ..access import permitted
from . import page
from .base import bp


@bp.get("/<conversation_id>")
@permitted("viewer")
def show(conversation_id: str) -> ResponseReturnValue:
    return page.whole(conversation_id)


@bp.get("/<conversation_id>/<any(strip, timeline, actions, about):part>")
@permitted("viewer")
def show_part(conversation_id: str, part: str) -> ResponseReturnValue:
    """One live part of the page, as the whole page holds it."""
    return page.part_of(conversation_id, part)


@bp.get("/<conversation_id>/receipt/<int:epoch>")
@permitted("viewer")
def show_receipt(conversation_id: str, epoch: int) -> ResponseReturnValue:
    """What followed from one change of owner; live, because some of it follows later."""
    return page.receipt_of(conversation_id, epoch)
