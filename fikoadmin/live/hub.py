"""Everybody of this process who wants to know that something changed."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

# "Look at whatever you look at": said where it is not known what changed.
EVERYTHING = "*"

# What changed, with the epoch that it has now where it has one: "conversation:abc123" -> 7, "workflows" -> None.
Topics = Mapping[str, int | None]


def later(one: int | None, other: int | None) -> int | None:
    """The later of two epochs."""
    return max((epoch for epoch in (one, other) if epoch is not None), default=None)


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
        with self._lock:
            rings = [
                (subscription, topic, epoch)
                for topic, epoch in topics.items()
                for subscription in self._by_topic.get(topic, ())
            ]
        for subscription, topic, epoch in rings:
            subscription.ring(topic, epoch)

    def end(self) -> None:
        """Ends all subscriptions, those to come as well."""
        with self._lock:
            self._ended = True
            for subscription in list(self._by_topic.get(EVERYTHING, ())):
                subscription.end()
