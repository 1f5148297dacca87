"""What commands have in common: the app they work in, who they act for, how they print."""

from __future__ import annotations

import functools
import json
import os
import pwd
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import click

from .. import create_app
from ..errors import NotFound
from ..models.actors import Actor

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def in_app(command: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Runs the command within the app that the environment describes."""

    @functools.wraps(command)
    def within(*arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
        with create_app().app_context():
            return command(*arguments, **options)

    return within


def actor() -> Actor:
    """Whoever the operating system says is typing (P25)."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may run under a number that has no name
        name = str(os.getuid())
    return Actor("command", "", name)


def print_json(document: Any) -> None:
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def row_id(text: str, kind: str) -> int:
    """The number that `text` is; raises NotFound where no row can have such an id."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound(f"there is no such {kind}")
    return int(text)
