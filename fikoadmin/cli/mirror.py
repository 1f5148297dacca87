"""`fikoadmin ai-control`: the mirror of the AI flag in Redis."""

from __future__ import annotations

from typing import Any

import click
from flask import current_app
from sqlalchemy import select

from ..errors import Busy, Conflict
from ..extensions import db
from ..mirror import Mirror, NoMirror, Unreachable
from ..models.conversations import CLOSED, Conversation
from .base import in_app, print_json

# Enough to see that something is wrong; `sync` looks at all of them.
LOOKED_AT = 1_000


@click.group("ai-control")
def ai_control() -> None:
    """The mirror of the AI flag in Redis, ai_control_<id>, beside the database."""


@ai_control.command()
@in_app
def status() -> None:
    """Print as JSON whether the mirror is in step with the conversations that changed last."""
    mirror = _mirror()
    states = [(found.id, mirror.in_step(found)) for found in _changed_last()] if mirror.configured else []
    behind = [id for id, in_step in states if in_step is False]
    unknown = [id for id, in_step in states if in_step is None]
    shown: dict[str, Any] = {
        "configured": mirror.configured,
        "in_step": mirror.configured and not behind and not unknown,
        "looked_at": len(states),
        "behind": behind,
        "unknown": len(unknown),
    }
    print_json(shown)


@ai_control.command()
@in_app
def sync() -> None:
    """Set every key right that is not."""
    mirror = _mirror()
    if not mirror.configured:
        raise Conflict("there is no mirror: FIKO_REDIS_URL is not set")
    try:
        counts = mirror.reconcile()
    except Unreachable as error:
        raise Busy(f"the mirror cannot be written: {error}") from error
    click.echo(f"{counts.looked} looked at, {counts.missing} were missing, {counts.wrong} were wrong")


def _mirror() -> Mirror | NoMirror:
    found: Mirror | NoMirror = current_app.extensions["mirror"]
    return found


def _changed_last() -> list[Conversation]:
    is_open = Conversation.status != CLOSED
    return list(
        db.session.scalars(
            select(Conversation).where(is_open).order_by(Conversation.updated_at.desc()).limit(LOOKED_AT)
        )
    )
