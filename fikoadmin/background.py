"""A thread that does in batches what callers must not wait for."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import Generic, TypeVar

Item = TypeVar("Item")

log = logging.getLogger(__name__)


class Drain(Generic[Item]):
    """Hands what is put in to `work`, in order, as many at once as have gathered.

    Its thread starts with the first item, in the process that puts it in: a fork begins an empty one of its own.
    """

    def __init__(self, name: str, work: Callable[[list[Item]], None]) -> None:
        self._name = name
        self._work = work
        self._lock = threading.Lock()
        self._queue: SimpleQueue[Item] = SimpleQueue()
        self._process = 0

    def put(self, item: Item) -> None:
        if self._process != os.getpid():
            self._start()
        self._queue.put(item)

    def _start(self) -> None:
        with self._lock:
            if self._process == os.getpid():
                return
            self._queue = SimpleQueue()
            threading.Thread(target=self._run, args=(self._queue,), name=self._name, daemon=True).start()
            self._process = os.getpid()

    def _run(self, queue: SimpleQueue[Item]) -> None:
        while True:
            items = [queue.get()]
            while not queue.empty():
                items.append(queue.get())
            try:
                self._work(items)
            except Exception:  # nobody would notice that the thread had ended
                log.exception("%s: unexpected error", self._name)
