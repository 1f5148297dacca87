"""Work that is done later: found by one dispatcher, done under leases, in threads of this process or by any worker.

Celery carries the ids where there are PostgreSQL, Redis and Celery itself; everywhere else each process that leads does
the jobs. `start` and its kin belong after the last fork; `create_app` never calls them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING

from flask import Flask

from ..config import Config
from .backends import Backend, Shared, Threads
from .dispatcher import Dispatcher
from .kinds import KINDS, Kind, Kinds
from .periodic import Chore, Chores, counting, pruning
from .runner import Runner

if TYPE_CHECKING:
    from .consumer import Worker

__all__ = ["KINDS", "Kind", "Kinds", "dispatch", "start", "start_alone", "stop"]

MakeBackend = Callable[[Callable[[], None]], Backend]


class _Work:
    def __init__(self, app: Flask, runner: Runner, make_backend: MakeBackend, worker: Worker | None = None) -> None:
        self._runner = runner
        self._worker = worker
        self._dispatcher = Dispatcher(app, make_backend, Chores(_chores(app)))

    def start(self) -> None:
        if self._worker:
            self._worker.start()
        self._dispatcher.start()

    def stop(self) -> None:
        self._runner.stop()
        if self._worker:
            self._worker.tell()
        self._dispatcher.stop()
        if self._worker:
            self._worker.join()


_lock = threading.Lock()
_work: _Work | None = None


def start(app: Flask, kinds: Kinds = KINDS) -> None:
    """Begins to do jobs in this process, and to dispatch them: for a worker."""
    _start(app, kinds, _sharing if is_distributed(app) else _alone)


def start_alone(app: Flask) -> None:
    """The same without Celery: for a process beside which none may run."""
    _start(app, KINDS, _alone)


def dispatch(app: Flask) -> None:
    """Begins to hand jobs to the workers: for a process that serves pages. Where there is no Celery it does them."""
    _start(app, KINDS, _sending if is_distributed(app) else _alone)


def stop() -> None:
    """Ends it within about 3 s; what was not finished is another process's, or the next start's."""
    global _work
    with _lock:
        work, _work = _work, None
        if work:
            work.stop()


def is_distributed(app: Flask) -> bool:
    """Whether Celery carries the jobs to workers."""
    config: Config = app.extensions["config"]
    return not config.embedded and bool(config.redis_url) and find_spec("celery") is not None


def _start(app: Flask, kinds: Kinds, make: Callable[[Flask, Runner], _Work]) -> None:
    global _work
    with _lock:
        if _work is None:
            _work = make(app, Runner(app, kinds))
            _work.start()


def _alone(app: Flask, runner: Runner) -> _Work:
    return _Work(app, runner, partial(Threads, runner.execute))


def _sending(app: Flask, runner: Runner) -> _Work:
    from .broker import Broker

    return _Work(app, runner, lambda _on_room: Shared(Broker(app.extensions["config"].redis_url), None))


def _sharing(app: Flask, runner: Runner) -> _Work:
    from .broker import Broker
    from .consumer import Worker

    url = app.extensions["config"].redis_url
    worker = Worker(url, runner.execute)
    return _Work(app, runner, lambda on_room: Shared(Broker(url), Threads(runner.execute, on_room)), worker)


def _chores(app: Flask) -> list[Chore]:
    chores: list[Chore] = [pruning(app), counting(app)]
    if mirror := app.extensions.get("mirror"):
        chores.append(mirror.run_reconciler)
    return chores
