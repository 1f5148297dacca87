"""What carries the ids of due jobs to whoever executes them; rows alone say what is to be done."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

THREADS = 8
# Enough that no thread waits for the dispatcher's next look, few enough that another process could have the rest.
QUEUED = 3 * THREADS


class Backend(Protocol):
    def room(self) -> int:
        """How many more ids it can take that will be begun soon."""

    def submit(self, job_id: int) -> None: ...

    def stop(self) -> list[int]:
        """Ends it within about 2 s; returns the ids that were not begun."""


class Threads:
    """Executes in threads of this process. `on_room` is called when more can be taken."""

    def __init__(self, execute: Callable[[int], None], on_room: Callable[[], None], threads: int = THREADS) -> None:
        self._execute = execute
        self._on_room = on_room
        self._ids: deque[int] = deque()
        self._change = threading.Condition()
        self._is_stopping = False
        # Daemons: a job that does not end must not keep the process; its lease brings it back elsewhere.
        self._threads = [
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def room(self) -> int:
        return max(0, QUEUED - len(self._ids))

    def submit(self, job_id: int) -> None:
        with self._change:
            self._ids.append(job_id)
            self._change.notify()

    def stop(self) -> list[int]:
        with self._change:
            self._is_stopping = True
            left = list(self._ids)
            self._ids.clear()
            self._change.notify_all()
        deadline = time.monotonic() + 2
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        return left

    def _work(self) -> None:
        while (job_id := self._next()) is not None:
            self._execute(job_id)

    def _next(self) -> int | None:
        with self._change:
            self._change.wait_for(lambda: self._ids or self._is_stopping)
            if self._is_stopping:
                return None
            job_id = self._ids.popleft()
            wants_more = len(self._ids) == THREADS
        if wants_more:
            self._on_room()
        return job_id
