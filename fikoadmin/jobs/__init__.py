"""Work that is done later, in threads of this process: found by one dispatcher, done under leases.

`start` belongs after the last fork; `create_app` never calls it.
"""

from __future__ import annotations

import threading
from functools import partial

from flask import Flask

from .backends import Threads
from .dispatcher import Dispatcher
from .kinds import KINDS, Kind, Kinds
from .periodic import Chore, Chores, pruning
from .runner import Runner

__all__ = ["KINDS", "Kind", "Kinds", "start", "stop"]


class _Work:
    def __init__(self, app: Flask, kinds: Kinds) -> None:
        self.runner = Runner(app, kinds)
        self.dispatcher = Dispatcher(app, partial(Threads, self.runner.execute), Chores(_chores(app)))

    def stop(self) -> None:
        self.runner.stop()
        self.dispatcher.stop()


_lock = threading.Lock()
_work: _Work | None = None


def start(app: Flask, kinds: Kinds = KINDS) -> None:
    """Begins to dispatch and to do jobs in this process."""
    global _work
    with _lock:
        if _work is None:
            _work = _Work(app, kinds)
            _work.dispatcher.start()


def stop() -> None:
    """Ends it within about 3 s; what was not finished is another process's, or the next start's."""
    global _work
    with _lock:
        work, _work = _work, None
        if work:
            work.stop()


def _chores(app: Flask) -> list[Chore]:
    chores: list[Chore] = [pruning(app)]
    if mirror := app.extensions.get("mirror"):
        chores.append(mirror.run_reconciler)
    return chores
