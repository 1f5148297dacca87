"""`fikoadmin db`: the schema."""

from __future__ import annotations

import click
import flask_migrate
from alembic.migration import MigrationContext

from .. import extensions
from .base import in_app


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
@click.argument("revision", default="head")
@in_app
def upgrade(revision: str) -> None:
    """Bring the schema up to REVISION, the newest by default."""
    flask_migrate.upgrade(revision=revision)


@db.command()
@click.argument("revision", default="-1")
@in_app
def downgrade(revision: str) -> None:
    """Take the schema back to REVISION, one step by default."""
    flask_migrate.downgrade(revision=revision)


@db.command()
@in_app
def current() -> None:
    """Print the schema's revision, `base` where there is none yet."""
    with extensions.db.engine.connect() as connection:
        click.echo(MigrationContext.configure(connection).get_current_revision() or "base")
