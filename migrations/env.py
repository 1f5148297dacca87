"""Runs the migrations on the database of the app at hand."""

from __future__ import annotations

from alembic import context
from flask import current_app

from fikoadmin.extensions import db, writing


def render_item(kind: str, item: object, autogen_context: object) -> str | bool:
    """A migration names plain column types: it must still run when the models have moved on."""
    if kind == "type" and type(item).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    with db.engine.connect().execution_options(**writing(db.engine)) as connection:
        context.configure(
            connection=connection,
            target_metadata=db.metadata,
            render_item=render_item,
            **current_app.extensions["migrate"].configure_args,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
