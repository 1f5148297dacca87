"""Programs that post events and redirect, again and again until they are told that it is done, as channels do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from random import Random
from typing import Any

from tests.app_server import Answer
from tests.contract.documents import unique
from tests.faults.chance import PATIENCE
from tests.faults.programs import Site

CLIENTS = 4
KEYWORD = unique("order")
BUSY = 503
DESTINATIONS = ("ai", "support", "ai", "sales")


@dataclass
class Ledger:
    """What was posted and what was answered; a call counts as acknowledged only once it was answered with a 2xx.

    `interrupted` counts the calls of which nobody knew, for a while, what had become of them.
    """

    conversations: list[str]
    events: list[tuple[dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    redirects: list[dict[str, Any]] = field(default_factory=list)
    interrupted: int = 0
    busy: list[Answer] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        return len(self.events) + len(self.redirects)


@contextmanager
def load(site: Site, ledger: Ledger, clients: int = CLIENTS) -> Iterator[None]:
    """So many programs at work for the length of the block; each ends its last call first."""
    over = threading.Event()
    lanes = [_Lane(site, ledger, over, number) for number in range(clients)]
    threads = [threading.Thread(target=lane.run, daemon=True) for lane in lanes]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "a call is never answered"
    assert not ledger.errors, ledger.errors[0]


class _Lane:
    """One program: two of three calls are about a conversation of its own, the others about everybody's."""

    def __init__(self, site: Site, ledger: Ledger, over: threading.Event, number: int) -> None:
        self._site, self._ledger, self._over = site, ledger, over
        self._own = ledger.conversations[1 + number % (len(ledger.conversations) - 1)]
        self._chance = Random(unique())

    def run(self) -> None:
        try:
            while not self._over.is_set():
                self._chance.choice((self._order, self._order, self._ask, self._redirect))()
        except Exception as error:  # a thread's would be lost
            self._ledger.errors.append(repr(error))

    def _conversation(self) -> str:
        return self._chance.choice((self._own, self._own, self._ledger.conversations[0]))

    def _order(self) -> None:
        self._event(f"{KEYWORD} please")

    def _ask(self) -> None:
        self._event("hello?")

    def _event(self, content: str) -> None:
        event = {
            "event_type": "MESSAGE_RECEIVED", "conversation_id": self._conversation(), "event_id": unique("e"),
            "data": {"content": content},
        }  # fmt: skip
        told = self._until_done(lambda: self._site.api("POST", "/events", event))
        self._ledger.events.append((event, told))

    def _redirect(self) -> None:
        path = f"/conversations/{self._conversation()}/redirect"
        sent = {"destination": self._chance.choice(DESTINATIONS)}
        self._ledger.redirects.append(self._until_done(lambda: self._site.api("POST", path, sent)))

    def _until_done(self, call: Callable[[], Answer]) -> dict[str, Any]:
        """The answer of the call, sent again while nobody answers or is busy."""
        deadline, broken = time.monotonic() + PATIENCE, 0
        while time.monotonic() < deadline:
            try:
                answer = call()
            except (OSError, HTTPException):
                self._ledger.interrupted += not broken
                broken += 1
            else:
                if answer.status < 300:
                    told: dict[str, Any] = answer.json
                    return told
                if answer.status != BUSY:
                    raise AssertionError(f"answered {answer.status}: {answer.text[:500]}")
                self._ledger.busy.append(answer)
            time.sleep(0.02)
        raise AssertionError("the call is never done")
