"""The one place that makes Redis clients: none of them may hold up who uses it.

The library's own time-outs and retries wait most of a minute for a frozen Redis and seconds for a dead one.
"""

from __future__ import annotations

import time
from typing import Any

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

REQUEST_SECONDS = 0.05
# For a thread whose callers wait no longer than they want to: a Redis that is late for once is not away.
WRITER_SECONDS = 0.25
BACKGROUND_SECONDS = 1.0
LEFT_ALONE_SECONDS = 1.0


def options(seconds: float = REQUEST_SECONDS) -> dict[str, Any]:
    """The client's keyword arguments: `seconds` to connect and for each answer, and no second try."""
    return {
        "socket_timeout": seconds,
        "socket_connect_timeout": seconds,
        "retry": Retry(NoBackoff(), 0),
        # Neither a newer protocol nor telling our library's name is worth a round trip on each connection.
        "protocol": 2,
        "driver_info": None,
    }


def client(url: str, seconds: float = REQUEST_SECONDS) -> Redis:
    """A client that connects with its first command, anew in each process; answers are bytes.

    BACKGROUND_SECONDS is for threads that nobody waits for: their commands carry thousands of keys.
    """
    return Redis.from_url(url, **options(seconds))


class Circuit:
    """Leaves Redis alone for a second after a failure, so that an outage costs one wait and not one per request."""

    def __init__(self) -> None:
        self._open_until = 0.0
        self._reason = ""

    def failed(self, error: Exception) -> str:
        """Opens it; returns the reason to give: the exception's class name."""
        self._reason = type(error).__name__
        self._open_until = time.monotonic() + LEFT_ALONE_SECONDS
        return self._reason

    @property
    def reason(self) -> str:
        """Why Redis is left alone now; empty where it is not."""
        return self._reason if time.monotonic() < self._open_until else ""
