"""`fikoadmin conversation`."""

from __future__ import annotations

import click

from ..api import shapes
from ..errors import NotFound
from ..extensions import db
from ..models.conversations import Conversation
from ..services import conversations
from .base import actor, in_app, print_json


@click.group()
def conversation() -> None:
    """One conversation, and who owns it."""


@conversation.command()
@click.argument("id")
@in_app
def show(id: str) -> None:
    """Print the conversation as the API shows it."""
    found = db.session.get(Conversation, _checked(id))
    if found is None:
        raise NotFound("there is no such conversation")
    print_json(shapes.conversation(found))


@conversation.command()
@click.argument("id")
@click.argument("destination")
@in_app
def redirect(id: str, destination: str) -> None:
    """Give the conversation to DESTINATION: ai, support, sales, technical, billing or general."""
    changed = conversations.redirect(_checked(id), destination, actor())
    click.echo(f"{changed.id}: {changed.status}, AI {'on' if changed.ai_enabled else 'off'}, {changed.destination}")


def _checked(id: str) -> str:
    # What is not plain text, a database may not even be asked for.
    if not id.isascii():
        raise NotFound("there is no such conversation")
    return id
