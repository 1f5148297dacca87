"""How gunicorn serves the app: `gunicorn --config python:fikoadmin.serve --bind ADDRESS wsgi:app`.

The names in lower case are gunicorn's settings and hooks; what stands on gunicorn's own command line, such as
--workers and --threads, goes before them.
"""

from __future__ import annotations

import signal
import sys
import threading
from queue import SimpleQueue
from types import FrameType
from typing import Any, TypeAlias

from flask import Flask

from . import jobs, live
from .config import Config, ConfigError

Told: TypeAlias = SimpleQueue[None]

# gunicorn's `proc_name` where no other process of the installation runs, and this one does all jobs (`fikoadmin run`).
ALONE = "fikoadmin run"

worker_class = "gthread"
workers = 1
threads = 64
preload_app = False
# Streams and jobs are told to end at the signal; what else is under way has this long.
graceful_timeout = 4
# A browser's idle connection holds up the end for as long.
keepalive = 1
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """A wrong setting ends the start here: in a worker it would be tried again and again."""
    try:
        Config.from_environment()
    except ConfigError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


def post_worker_init(worker: Any) -> None:
    """Begins to dispatch jobs, after the last fork; has the signals that end the worker end that, and the streams."""
    app: Flask = worker.wsgi
    live.limit(app, worker.cfg.threads // 2)
    begin = jobs.start_alone if worker.cfg.proc_name == ALONE else jobs.dispatch
    begin(app)
    told: Told = SimpleQueue()
    threading.Thread(target=_stop_when_told, args=(app, told), name="stop", daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
        _tell_first(number, told)


def worker_exit(_server: Any, worker: Any) -> None:
    """Whatever ended it, be it a master that was killed: no thread may keep the process."""
    _stop(worker.wsgi)


def _stop_when_told(app: Flask, told: Told) -> None:
    told.get()
    _stop(app)


def _stop(app: Flask) -> None:
    live.stop(app)
    jobs.stop()


def _tell_first(number: signal.Signals, told: Told) -> None:
    then = signal.getsignal(number)

    def tell(signum: int, frame: FrameType | None) -> None:
        # No more than this here: a signal may interrupt the handling of another, and locks do not bear that.
        told.put(None)
        if callable(then):
            then(signum, frame)

    signal.signal(number, tell)
