"""`fikoadmin run`, `worker` and `demo`."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
from collections.abc import Mapping

import click
import flask_migrate

from .. import create_app, jobs
from ..config import ROOT, ConfigError
from ..extensions import db
from ..serve import ALONE
from .base import in_app
from .demo_data import prepare

ADDRESS = "127.0.0.1"


@click.command()
@click.option("--demo", "with_demo", is_flag=True, help="With demo data, and an administrator to sign in as.")
def run(with_demo: bool) -> None:
    """Bring the database up to date and serve the app at http://127.0.0.1:8000 (PORT changes it)."""
    number = port()
    app = create_app()
    check_free(number)
    with app.app_context():
        flask_migrate.upgrade()
        lines = [f"Fiko Admin   http://{ADDRESS}:{number}", *(prepare() if with_demo else [])]
        db.engine.dispose()
    click.echo("\n".join(lines))
    sys.stdout.flush()
    # In place of this process, so that a signal to it reaches the server and nothing is left behind.
    bind = f"{ADDRESS}:{number}"
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", "python:fikoadmin.serve", "--chdir", str(ROOT)]
    os.execv(sys.executable, [*gunicorn, "--name", ALONE, "--bind", bind, "wsgi:app"])


def port(environment: Mapping[str, str] = os.environ) -> int:
    """The port to serve on; raises ConfigError."""
    text = environment.get("PORT", "") or "8000"
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) < 65_536):
        raise ConfigError(f"PORT: '{text[:60]}' must be a number from 1 to 65535")
    return int(text)


def check_free(number: int) -> None:
    """Raises ConfigError where nothing can listen on that port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, number))
            probe.listen()
        except OSError as error:
            reason = "is in use by another program" if error.errno == errno.EADDRINUSE else error.strerror
            raise ConfigError(f"PORT: {number} {reason}; choose another one, e.g. PORT={number + 1}") from None


@click.command()
def worker() -> None:
    """Do jobs until SIGTERM or Ctrl-C; any number of workers may run beside the server."""
    app = create_app()
    ends = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)  # before the first thread, which would be woken instead
    jobs.start(app)
    signal.sigwait(ends)
    jobs.stop()


@click.command()
@in_app
def demo() -> None:
    """Add the demo data, and print how to sign in."""
    click.echo("\n".join(prepare()))
