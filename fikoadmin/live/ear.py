"""This process's one subscription to what other processes ring through Redis."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable

from redis import Redis, RedisError
from redis import TimeoutError as RedisTimeout
from redis.client import PubSub

from .bell import CHANNEL

log = logging.getLogger(__name__)

PING_SECONDS = 1.0
PAUSES = (0.1, 0.25, 0.5, 1.0, 2.0)


class Ear:
    """Listens in a thread of its own, from `start` in the present process until `stop`.

    It asks a silent Redis for a sign of life: one that is frozen, or gone without a word, is known within 2 s.
    `tell` gets each message; `changed` is called whenever it begins or ceases to hear.
    """

    def __init__(self, redis: Redis, tell: Callable[[bytes], None], changed: Callable[[], None]) -> None:
        self._hears: bool | None = None
        self._redis = redis
        self._tell = tell
        self._changed = changed
        self._process = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()

    @property
    def hears(self) -> bool:
        return bool(self._hears)

    def start(self) -> None:
        """Does nothing where it runs already."""
        with self._lock:
            if self._process != os.getpid():
                self._process = os.getpid()
                threading.Thread(target=self._run, name="ear", daemon=True).start()

    def stop(self) -> None:
        self._stopping.set()

    def _run(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            try:
                with self._redis.pubsub() as channel:  # type: ignore[no-untyped-call]
                    channel.subscribe(CHANNEL)
                    self._listen(channel)
            except RedisError as error:
                failures = 1 if self._hears else failures + 1
                self._lost(type(error).__name__)
            except Exception:  # nobody would notice that the thread had ended
                failures = len(PAUSES)
                log.exception("Live pages: unexpected error")
                self._lost("unexpected error")
            self._stopping.wait(PAUSES[min(failures, len(PAUSES)) - 1])

    def _listen(self, channel: PubSub) -> None:
        asked = False
        while not self._stopping.is_set():
            message = channel.get_message(timeout=PING_SECONDS)
            if message is None and asked:
                raise RedisTimeout("no sign of life")
            asked = message is None
            if message is None:
                channel.ping()
            elif message["type"] == "subscribe":
                self._found()
            elif message["type"] == "message":
                self._tell(message["data"])

    def _found(self) -> None:
        before, self._hears = self._hears, True
        if before is False:
            log.info("Live pages: other processes are heard again")
        self._changed()

    def _lost(self, reason: str) -> None:
        before, self._hears = self._hears, False
        if before is not False:
            log.warning("Live pages: Redis cannot be reached (%s), pages look by themselves until it can", reason)
            self._changed()
