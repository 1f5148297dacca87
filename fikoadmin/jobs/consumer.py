"""The Celery worker of this process: fetches ids and has them executed."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from celery.concurrency.base import BasePool, apply_target
from celery.platforms import EX_OK
from celery.worker import WorkController, state
from celery.worker.consumer import Consumer as CeleryConsumer
from kombu.asynchronous import Hub
from kombu.connection import Connection

from .backends import THREADS, Threads
from .broker import RECEIVE_SECONDS, celery_app

log = logging.getLogger(__name__)

RECONNECT_SECONDS = 1.0
STOP_SECONDS = 2.5


def _call(work: Callable[[], object]) -> None:
    work()


class Pool(BasePool):
    """Celery's pool over threads that do not keep the process.

    Celery's own joins them when the process ends, however long a job takes. And its loop, which fetches no id while
    every thread is at work, is told at once when one is free.
    """

    signal_safe = False
    body_can_be_buffer = True

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._hears, self._tells = os.pipe()
        os.set_blocking(self._tells, False)
        self._threads: Threads[Callable[[], object]] = Threads(_call, lambda: None, self.limit)

    def register_with_event_loop(self, loop: Hub) -> None:
        loop.add_reader(self._hears, os.read, self._hears, 4096)  # type: ignore[no-untyped-call]

    def on_apply(self, target: Callable[..., Any], args: Any = None, kwargs: Any = None, **options: Any) -> None:
        self._threads.submit([partial(self._apply, target, args, kwargs, options)])

    def _apply(self, target: Callable[..., Any], args: Any, kwargs: Any, options: dict[str, Any]) -> None:
        try:
            apply_target(target, args, kwargs, options.get("callback"), options.get("accept_callback"))
        finally:
            self.wake()

    def wake(self) -> None:
        """Has the loop look now."""
        with contextlib.suppress(BlockingIOError):  # it is full of wakes
            os.write(self._tells, b".")

    def on_stop(self) -> None:
        self._threads.stop()


class Consumer(CeleryConsumer):
    """Asks for a broker that is away each second: Celery's own pauses grow to half a minute."""

    def ensure_connected(self, conn: Connection) -> Connection:
        pauses = {"interval_start": RECONNECT_SECONDS, "interval_step": 0, "interval_max": RECONNECT_SECONDS}
        conn.ensure_connection(lambda *_: None, callback=state.maybe_shutdown, **pauses)  # type: ignore[no-untyped-call]
        return conn


class Worker:
    """Celery in a thread of its own. Where it ends without having been told to, the process is told to end."""

    def __init__(self, url: str, execute: Callable[[int], None]) -> None:
        for name in ("celery", "kombu"):  # what they warn of stands in our log
            logging.getLogger(name).parent = log
            logging.getLogger(name).setLevel(logging.WARNING)
        self._controller = WorkController(
            app=celery_app(url, RECEIVE_SECONDS, execute), hostname=f"fiko-{os.getpid()}@{socket.gethostname()}",
            pool_cls=Pool, consumer_cls=Consumer, concurrency=THREADS,
            without_gossip=True, without_mingle=True, without_heartbeat=True,
        )  # fmt: skip
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="celery", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def tell(self) -> None:
        """Has it fetch no more ids."""
        self._stopping.set()
        state.should_stop = EX_OK
        self._controller.pool.wake()

    def join(self) -> None:
        """Waits for what is under way, up to STOP_SECONDS."""
        self._thread.join(STOP_SECONDS)

    def _run(self) -> None:
        self._controller.start()
        if not self._stopping.is_set():
            log.error("Jobs: Celery has ended by itself, and so does this worker")
            os.kill(os.getpid(), signal.SIGTERM)
