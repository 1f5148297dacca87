"""A stream of server-sent events: what changed, never how.

event: fact    data: {"topic": "conversation:abc123", "epoch": 7}   fetch what shows this, unless it is newer
event: look    data: {}     fetch everything: what changed is not known
event: beat    data: {}     nothing changed; a page that hears none for 4 s is not connected
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from .hub import EVERYTHING, Subscription, Topics

# A page has to show the truth 5 s after a silent loss: 3 s to the next beat, 1 s of patience, 1 s to fetch.
BEAT_SECONDS = 3.0
# A burst of changes becomes one look.
PAUSE_SECONDS = 0.1
RECONNECT_MILLISECONDS = (500, 1_500)


class Stream(Iterator[str]):
    """The text of one page's stream. It ends with its subscription; `close` is called whether or not it was read."""

    def __init__(self, subscription: Subscription, misses_news: Callable[[], bool], leave: Callable[[], None]) -> None:
        self._subscription = subscription
        self._misses_news = misses_news
        self._leave = leave
        self._closed = False
        self._began = False
        self._rests = False

    def __next__(self) -> str:
        if not self._began:
            self._began = True
            # Not the same moment for all: a restarted server meets every page again.
            return f"retry: {random.randint(*RECONNECT_MILLISECONDS)}\n\n"
        if self._rests:
            self._subscription.rest(PAUSE_SECONDS)
        changed = self._subscription.wait(BEAT_SECONDS * random.uniform(0.8, 1))  # not all in step
        if self._subscription.ended:
            self.close()
            raise StopIteration
        self._rests = bool(changed)
        return text_of(changed) if changed else _idle(self._misses_news())

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._subscription.close()
            self._leave()


def text_of(changed: Topics) -> str:
    if EVERYTHING in changed:
        return _event("look", {})
    return "".join(_event("fact", {"topic": topic, "epoch": epoch}) for topic, epoch in changed.items())


def _idle(misses_news: bool) -> str:
    return _event("beat", {}) + (_event("look", {}) if misses_news else "")


def _event(name: str, data: dict[str, Any]) -> str:
    return f"event: {name}\ndata: {json.dumps(data)}\n\n"
