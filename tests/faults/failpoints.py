"""Places between two moments at which a process can be made to die, as by kill -9; the product knows nothing of them.

A place is armed by a file, so that whichever of several processes comes by first dies, and only that one.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from random import Random
from typing import Any

from flask import request_finished
from redis.client import Pipeline
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from fikoadmin.ai.openai import OpenAICompatible

PLACES = (
    "before a statement",
    "before a commit",
    "after a commit",
    "after the mirror",
    "before the answer",
    "asking the model",
    "answered by the model",
)
# So that it is not always the first that comes by.
OFTEN = {"before a statement": 0.1, "before a commit": 0.3, "after a commit": 0.3}
WRITES = ("INSERT", "UPDATE", "DELETE")


class Arms:
    """The folder of the armed places, shared by test and processes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._chance = Random(os.getpid())

    def arm(self, place: str) -> None:
        """The next process there dies."""
        self._armed(place).touch()

    def disarm(self, place: str) -> bool:
        """Whether none has died there, nor will."""
        try:
            self._armed(place).rename(self._folder / "not used")
        except FileNotFoundError:
            return False
        return True

    def has_struck(self, place: str) -> bool:
        return not self._armed(place).exists()

    def _armed(self, place: str) -> Path:
        return self._folder / place

    def at(self, place: str) -> None:
        """This process is there now."""
        armed = self._armed(place)
        if armed.exists() and self._chance.random() < OFTEN.get(place, 1):
            try:
                armed.rename(self._folder / "struck")
            except FileNotFoundError:
                return  # another died of it
            os.killpg(0, signal.SIGKILL)


def install(arms: Arms) -> None:
    """Has this process come by at each of the places."""
    event.listen(Engine, "before_cursor_execute", _before_statement(arms))
    event.listen(Session, "before_commit", lambda _session: arms.at("before a commit"))
    event.listen(Session, "after_commit", lambda _session: arms.at("after a commit"))
    request_finished.connect(lambda *_args, **_values: arms.at("before the answer"), weak=False)
    _around(Pipeline, "execute", "", "after the mirror", arms)
    _around(OpenAICompatible, "answer", "asking the model", "answered by the model", arms)


def _before_statement(arms: Arms) -> Callable[..., None]:
    def before(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith(WRITES):
            arms.at("before a statement")

    return before


def _around(owner: type[Any], name: str, before: str, after: str, arms: Arms) -> None:
    work = getattr(owner, name)

    @wraps(work)
    def stopping(*args: Any, **values: Any) -> Any:
        if before:
            arms.at(before)
        done = work(*args, **values)
        arms.at(after)
        return done

    setattr(owner, name, stopping)
