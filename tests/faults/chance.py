"""Chance that can be repeated, and many things at once: a race that nothing jitters finds no fault."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

PATIENCE = 60.0

Work = Callable[[], object]


# What sleeps at present. The listeners stay: taking one away breaks a thread that is just going through them.
_pauses: list[Callable[[], None]] = []


@event.listens_for(Engine, "before_cursor_execute")
@event.listens_for(Session, "after_commit")
def _pause(*_: object) -> None:
    for pause in tuple(_pauses):
        pause()


@contextmanager
def jitter(chance: Random, longest: float = 0.003, often: float = 0.2) -> Iterator[None]:
    """Sleeps for a moment before some statements, and between some commits and what follows them."""

    def pause() -> None:
        if chance.random() < often:
            time.sleep(chance.uniform(0, longest))

    _pauses.append(pause)
    try:
        yield
    finally:
        _pauses.remove(pause)


def at_once(app: Flask, works: Sequence[Work]) -> None:
    """Does all of them at the same instant, each in a thread with the app's context; raises what one raised."""
    start = threading.Barrier(len(works))
    errors: list[BaseException] = []

    def run(work: Work) -> None:
        with app.app_context():
            try:
                start.wait(PATIENCE)
                work()
            except BaseException as error:  # a thread's would be lost
                errors.append(error)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive(), "it does not come to its end"
    if errors:
        raise errors[0]


def wait_until(look: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Returns as soon as `look` returns something true; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline, f"not after {seconds:g} s: {what}"
        time.sleep(0.01)
