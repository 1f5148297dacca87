"""Everybody of this process who wants to know that something changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TypeVar

from ..background import Drain

Item = TypeVar("Item")

# "Look at whatever you look at": said where it is not known what changed.
EVERYTHING = "*"

AT_ONCE = 25
PAUSE_SECONDS = 0.003

# What changed, with the epoch that it has now where it has one: "conversation:abc123" -> 7, "workflows" -> None.
Topics = Mapping[str, int | None]


def later(one: int | None, other: int | None) -> int | None:
    """The later of two epochs."""
    return max((epoch for epoch in (one, other) if epoch is not None), default=None)


def merged(batches: Iterable[Topics]) -> dict[str, int | None]:
    """All that changed, each topic once with its last epoch."""
    topics: dict[str, int | None] = {}
    for topic, epoch in chain.from_iterable(batch.items() for batch in batches):
        topics[topic] = later(topics.get(topic), epoch)
    return topics


class Subscription:
    """What changed of some topics since it was last asked.

    It holds each topic once, with its last epoch: somebody slow misses nothing but repetitions.
    """

    def __init__(self, hub: Hub, topics: Iterable[str]) -> None:
        self.topics = frozenset([*topics, EVERYTHING])
        self._hub = hub
        # Re-entrant, like the hub's: a signal's handler may end everything in the middle of something.
        self._lock = threading.RLock()
        self._changed: dict[str, int | None] = {}
        self._rung = threading.Event()
        self._over = threading.Event()

    @property
    def ended(self) -> bool:
        return self._over.is_set()

    def wait(self, seconds: float) -> dict[str, int | None]:
        """What changed, at once or as soon as something does; empty after `seconds`, or when it has ended."""
        self._rung.wait(seconds)
        with self._lock:
            if not self.ended:
                self._rung.clear()
            changed, self._changed = self._changed, {}
        return changed

    def rest(self, seconds: float) -> None:
        """Lets changes gather for that long, unless it ends."""
        self._over.wait(seconds)

    def ring(self, topic: str, epoch: int | None) -> None:
        with self._lock:
            self._changed[topic] = later(self._changed.get(topic), epoch)
            self._rung.set()

    def end(self) -> None:
        """Has `wait` return at once, now and from now on."""
        with self._lock:
            self._over.set()
            self._rung.set()

    def close(self) -> None:
        """Ends it and lets go of it."""
        self.end()
        self._hub.forget(self)


class Hub:
    """Passes what changed to the subscriptions of this process that are for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._by_topic: dict[str, set[Subscription]] = {}
        self._ended = False
        self._drain: Drain[Topics] = Drain("hub", self._ring)

    def subscribe(self, topics: Iterable[str]) -> Subscription:
        subscription = Subscription(self, topics)
        with self._lock:
            for topic in subscription.topics:
                self._by_topic.setdefault(topic, set()).add(subscription)
            if self._ended:
                subscription.end()
        return subscription

    def forget(self, subscription: Subscription) -> None:
        with self._lock:
            for topic in subscription.topics:
                others = self._by_topic.get(topic, set())
                others.discard(subscription)
                if not others:
                    self._by_topic.pop(topic, None)

    def deliver(self, topics: Topics) -> None:
        """Waits for nobody: a thread of the hub's own rings."""
        self._drain.put(topics)

    def end(self) -> None:
        """Ends all subscriptions, those to come as well."""
        with self._lock:
            self._ended = True
            subscriptions = list(self._by_topic.get(EVERYTHING, ()))
        for subscription in _paced(subscriptions):
            subscription.end()

    def _ring(self, batches: list[Topics]) -> None:
        with self._lock:
            rings = [
                (subscription, topic, epoch)
                for topic, epoch in merged(batches).items()
                for subscription in self._by_topic.get(topic, ())
            ]
        for subscription, topic, epoch in _paced(rings):
            subscription.ring(topic, epoch)


def _paced(items: list[Item]) -> Iterator[Item]:
    """A thread wakes for each: two thousand at once would fight for the interpreter for seconds."""
    for number, item in enumerate(items, 1):
        yield item
        if number % AT_ONCE == 0:
            time.sleep(PAUSE_SECONDS)
