"""What the page of one conversation shows: each part can be drawn alone, which keeps it live."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, render_template, request, url_for
from flask_wtf import FlaskForm

from ...errors import NotFound
from ...models import found
from ...models.conversations import Conversation
from ...models.receipts import Receipt, receipt
from ...models.timeline import Change, latest_change, timeline
from ...words import N_
from ..access import operator
from .base import LARGEST_EPOCH
from .forms import Forms


@dataclass(frozen=True)
class Strip:
    """Who owns the conversation, since when and by what, whether the AI may speak, whether the mirror says so."""

    conversation: Conversation
    change: Change | None
    silent_because: str | None
    in_step: bool | None
    has_mirror: bool

    @classmethod
    def of(cls, conversation: Conversation, change: Change | None) -> Strip:
        mirror = current_app.extensions["mirror"]
        return cls(
            conversation,
            change,
            conversation.silent_because(),
            mirror.in_step(conversation),
            mirror.configured,
        )


def part_of(conversation_id: str, part: str) -> str:
    """That part alone: `strip`, `timeline`, `actions` or `about`."""
    conversation = found.conversation(conversation_id)
    shown: dict[str, object] = {}
    if part == "strip":
        shown["strip"] = Strip.of(conversation, latest_change(conversation.id))
    elif part == "timeline":
        shown["timeline"] = timeline(conversation.id)
    return render_template(f"conversations/_{part}.html", conversation=conversation, **shown)


def whole(conversation_id: str, posted: FlaskForm | None = None, refusal: str = "") -> str:
    """The page; with a form that was refused it says why, and holds what was typed (P23, P29)."""
    conversation = found.conversation(conversation_id)
    before = request.args.get("before")
    happened = timeline(conversation.id, before)
    return render_template(
        "conversations/show.html",
        conversation=conversation,
        strip=Strip.of(conversation, latest_change(conversation.id) if before else happened.latest),
        timeline=happened,
        before=before,
        forms=Forms(conversation, posted, request.args.get("workflows", "")) if operator().may("operator") else None,
        refusal=refusal,
        shown=_chosen_receipt(conversation),
        live_url=url_for(
            "live.stream", topic=[f"conversation:{conversation.id}", f"customer:{conversation.customer_id}", "settings"]
        ),
    )


def receipt_of(conversation_id: str, epoch: int) -> str:
    """The receipt of the change that made that epoch. Raises NotFound."""
    conversation = found.conversation(conversation_id)
    shown = ReceiptShown.of(conversation, epoch)
    if shown is None:
        raise NotFound(N_("there is no such change"))
    return render_template("conversations/_receipt.html", conversation=conversation, shown=shown)


def _chosen_receipt(conversation: Conversation) -> ReceiptShown | None:
    epoch = request.args.get("changed", 0, type=int)
    return ReceiptShown.of(conversation, epoch) if 0 < epoch <= LARGEST_EPOCH else None


@dataclass(frozen=True)
class ReceiptShown:
    """What followed from a change of owner, and the mirror's key as it was read back just now."""

    receipt: Receipt
    mirror: str | None
    in_step: bool | None
    has_mirror: bool

    @classmethod
    def of(cls, conversation: Conversation, epoch: int) -> ReceiptShown | None:
        """None where the conversation has had no such epoch."""
        known = receipt(conversation, epoch)
        if known is None:
            return None
        mirror = current_app.extensions["mirror"]
        return cls(known, mirror.read_text(conversation.id), mirror.in_step(conversation), mirror.configured)
