"""What carries the ids of due jobs to whoever executes them; rows alone say what is to be done."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

Item = TypeVar("Item")

THREADS = 8
# Enough that no thread waits for the dispatcher's next look, few enough that another process could have the rest.
QUEUED = 3 * THREADS
# The same for all workers together: what many of them begin between two looks at a full broker.
SENT = 128


class Backend(Protocol):
    def works(self) -> bool:
        """Whether it can hand anything on now; a process whose backend cannot does not lead."""

    def room(self) -> int:
        """How many more ids it can take that will be begun soon."""

    def submit(self, job_ids: Sequence[int]) -> None: ...

    def stop(self) -> list[int]:
        """Ends it within about 2 s; returns the ids that were not begun."""


class Threads(Generic[Item]):
    """Executes, mostly ids, in threads of this process. `on_room` is called when more can be taken."""

    def __init__(self, execute: Callable[[Item], None], on_room: Callable[[], None], threads: int = THREADS) -> None:
        self._execute = execute
        self._on_room = on_room
        self._items: deque[Item] = deque()
        self._change = threading.Condition()
        self._is_stopping = False
        # Daemons: a job that does not end must not keep the process; its lease brings it back elsewhere.
        self._threads = [
            threading.Thread(target=self._work, name=f"job-{number}", daemon=True) for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def works(self) -> bool:
        return True

    def room(self) -> int:
        return max(0, QUEUED - len(self._items))

    def submit(self, items: Sequence[Item]) -> None:
        with self._change:
            self._items.extend(items)
            self._change.notify(len(items))

    def stop(self) -> list[Item]:
        with self._change:
            self._is_stopping = True
            left = list(self._items)
            self._items.clear()
            self._change.notify_all()
        deadline = time.monotonic() + 2
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        return left

    def _work(self) -> None:
        while (item := self._next()) is not None:
            self._execute(item)

    def _next(self) -> Item | None:
        with self._change:
            self._change.wait_for(lambda: self._items or self._is_stopping)
            if self._is_stopping:
                return None
            item = self._items.popleft()
            wants_more = len(self._items) == THREADS
        if wants_more:
            self._on_room()
        return item


class Carrier(Protocol):
    """What carries ids to other processes (fikoadmin/jobs/broker.py)."""

    def waiting(self) -> int | None:
        """How many of them nobody has fetched yet; None while it cannot be reached."""

    def send(self, job_ids: Sequence[int]) -> bool: ...

    def close(self) -> None: ...


class Shared:
    """Any worker executes; while the carrier is away this process's own threads do, where it has some."""

    def __init__(self, carrier: Carrier, here: Threads[int] | None) -> None:
        self._carrier = carrier
        self._here = here

    def works(self) -> bool:
        return self._here is not None or self._carrier.waiting() is not None

    def room(self) -> int:
        waiting = self._carrier.waiting()
        if waiting is not None:  # filled up where half of it is gone: to look costs as much for one id as for many
            return SENT - waiting if waiting <= SENT // 2 else 0
        return self._here.room() if self._here else 0

    def submit(self, job_ids: Sequence[int]) -> None:
        if not self._carrier.send(job_ids) and self._here:
            self._here.submit(job_ids)

    def stop(self) -> list[int]:
        """What is with the carrier stays there for the other workers."""
        self._carrier.close()
        return self._here.stop() if self._here else []
