"""Live pages: a commit rings the bell, the hub of each process passes it on, open pages fetch what they show."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from flask import Flask, current_app

from .. import followers
from ..config import Config
from ..redis_client import BACKGROUND_SECONDS, client
from .bell import Bell, heard, topics_of
from .ear import Ear
from .hub import EVERYTHING, Hub, Subscription
from .streams import Stream

__all__ = ["Live", "Stream", "Subscription", "init_app", "limit", "stop", "stream", "subscribe"]

# Half of the threads that `fikoadmin run` serves with: streams must never starve pages.
STREAMS = 32


def init_app(app: Flask) -> None:
    """Gives the app its `app.extensions["live"]`; it connects to nothing and starts no thread yet."""
    config: Config = app.extensions["config"]
    followers.add(app, "live", Live(config.redis_url))


def limit(app: Flask, streams: int) -> None:
    """How many streams this process admits at once; a process that serves nothing else may use all its threads."""
    _of(app).streams = streams


def stream(topics: Iterable[str]) -> Stream | None:
    """The text of a stream about those topics, or None where no more are admitted now (503, Retry-After)."""
    return _of(current_app).stream(topics)


def subscribe(app: Flask, topics: Iterable[str]) -> Subscription:
    """For a thread that waits for something to change: `wait(seconds)` on it, `close()` in the end."""
    return _of(app).subscribe(topics)


def stop(app: Flask) -> None:
    """Ends all streams at once, for good; may be called by a signal's handler."""
    _of(app).stop()


def _of(app: Flask) -> Live:
    live: Live = app.extensions["live"]
    return live


class Live:
    """Bell, ear and hub of this process."""

    def __init__(self, redis_url: str) -> None:
        self.streams = STREAMS
        self._open = 0
        self._lock = threading.Lock()
        self._hub = Hub()
        self._bell = Bell(self._hub, client(redis_url) if redis_url else None)
        self._ear: Ear | None = None
        if redis_url:
            self._ear = Ear(client(redis_url, BACKGROUND_SECONDS), self._hear, self._look_at_everything)

    def follow(self, facts: list[object]) -> None:
        """Rings for what a commit changed, and waits for nobody."""
        if topics := topics_of(facts):
            self._bell.ring(topics)

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        subscription = self._hub.subscribe(topics)
        if self._ear:
            self._ear.start()
        return subscription

    def stream(self, topics: Iterable[str]) -> Stream | None:
        with self._lock:
            if self._open >= self.streams:
                return None
            self._open += 1
        return Stream(self.subscribe(topics), self._misses_news, self._leave)

    def stop(self) -> None:
        if self._ear:
            self._ear.stop()
        self._hub.end()

    def _leave(self) -> None:
        with self._lock:
            self._open -= 1

    def _misses_news(self) -> bool:
        return self._ear is not None and not self._ear.hears

    def _hear(self, text: bytes) -> None:
        self._hub.deliver(heard(text, self._bell.name))

    def _look_at_everything(self) -> None:
        self._hub.deliver({EVERYTHING: None})
