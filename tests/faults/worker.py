"""A process that does jobs and keeps the mirror right, as `fikoadmin worker` does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from fikoadmin import jobs
from tests.faults.chance import PATIENCE
from tests.faults.deliveries import FRESH
from tests.faults.ground import new_conversation, opened


def _work(environment: Mapping[str, str], ready: Event, over: Event) -> None:
    with opened(environment) as app:
        new_conversation()  # its first commit: it is ready
        jobs.start(app)
        ready.set()
        over.wait()
        jobs.stop()


@contextmanager
def workers(environment: Mapping[str, str], count: int) -> Iterator[None]:
    """That many of them."""
    over = FRESH.Event()
    readies: Sequence[Event] = [FRESH.Event() for _ in range(count)]
    processes = [FRESH.Process(target=_work, args=(environment, ready, over)) for ready in readies]
    for process in processes:
        process.start()
    try:
        assert all(ready.wait(PATIENCE) for ready in readies), "a worker did not start"
        yield
    finally:
        over.set()
        for process in processes:
            process.join(PATIENCE)
            process.kill()
