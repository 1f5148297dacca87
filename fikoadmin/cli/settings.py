"""`fikoadmin setting`."""

from __future__ import annotations

from typing import Any

import click

from ..errors import Invalid
from ..models.settings import DEFAULTS, SECRETS, Settings
from ..services import settings
from .base import actor, in_app


@click.command()
@click.argument("name", required=False)
@click.argument("value", required=False)
@in_app
def setting(name: str | None, value: str | None) -> None:
    """Show all settings of the installation, or the one called NAME, or set it to VALUE."""
    if name is not None and value is not None:
        settings.change(name, value, actor())
        return
    values = Settings.load()
    if name is None:
        for each in DEFAULTS:
            click.echo(f"{each} = {_shown(each, values[each])}")
    elif name in DEFAULTS:
        click.echo(_shown(name, values[name]))
    else:
        raise Invalid("name", f"'{name}' is not a setting; one of: {', '.join(DEFAULTS)}")


def _shown(name: str, value: Any) -> str:
    if name in SECRETS:
        return "(set)" if value else ""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)
