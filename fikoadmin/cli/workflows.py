"""`fikoadmin workflow`."""

from __future__ import annotations

from typing import BinaryIO

import click

from ..services import workflows
from .base import actor, in_app, print_json, row_id


@click.group()
def workflow() -> None:
    """Workflows in the export format."""


@workflow.command("import")
@click.argument("file", type=click.File("rb"))
@click.option("--name", help="Name of the new workflow, instead of the one in the file.")
@in_app
def import_file(file: BinaryIO, name: str | None) -> None:
    """Make a draft of FILE (- for standard input); prints the new id on the last line, warnings on standard error."""
    made, warnings = workflows.import_document(file.read(), actor(), name)
    for warning in warnings:
        click.echo(f"warning: {warning}", err=True)
    click.echo(made.id)


@workflow.command()
@click.argument("id")
@in_app
def export(id: str) -> None:
    """Print the draft of the workflow as JSON."""
    print_json(workflows.export(row_id(id, "workflow")))
