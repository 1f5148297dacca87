"""The command `fikoadmin`. Exit status: 0 done, 1 refused, 2 wrong usage or setting; one line per error."""

from __future__ import annotations

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from ..config import ConfigError
from ..errors import Problem
from .accounts import token, user
from .conversations import conversation
from .database import db
from .mirror import ai_control
from .serving import demo, run, worker
from .settings import setting
from .workflows import workflow

REFUSED = 1
WRONG = 2


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def fikoadmin() -> None:
    """Fiko Admin: decide with workflows when an AI answers a customer, and when people do."""


for command in (run, worker, demo, setting, user, token, workflow, conversation, ai_control, db):
    fikoadmin.add_command(command)


def main() -> None:
    """Runs one command and ends the process with its exit status."""
    try:
        status = fikoadmin.main(prog_name="fikoadmin", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        status = _end(WRONG, f"a command is missing; {error.ctx.command_path} --help names them")
    except click.UsageError as error:
        status = _end(WRONG, error.format_message())
    except ConfigError as error:
        status = _end(WRONG, str(error))
    except Problem as error:
        status = _end(REFUSED, error.message)
    except click.Abort:
        status = _end(REFUSED, "interrupted")
    except SQLAlchemyError as error:
        status = _end(REFUSED, _about_database(error))
    sys.exit(status)


def _end(status: int, message: str) -> int:
    # Repeated from the command line, a name may be anything, and of any length.
    line = " ".join(message.split())
    click.echo(f"fikoadmin: {line[:1000]}".encode(errors="backslashreplace"), err=True)
    return status


def _about_database(error: SQLAlchemyError) -> str:
    cause = getattr(error, "orig", None) or error
    lines = str(cause).strip().splitlines()
    return f"the database refuses: {lines[0] if lines else type(cause).__name__} (fikoadmin db current)"
