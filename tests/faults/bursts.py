"""Many redirect one conversation at the same time."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from random import Random

from flask import Flask

from fikoadmin.destinations import DESTINATIONS
from fikoadmin.services import conversations
from tests.conftest import Stack
from tests.faults import truth
from tests.faults.chance import PATIENCE, at_once, jitter
from tests.faults.ground import PERSON, new_conversation

CLIENTS = 32


@contextmanager
def reconciling(app: Flask) -> Iterator[None]:
    """The mirror is kept right, as the process that leads keeps it."""
    over = threading.Event()
    thread = threading.Thread(target=app.extensions["mirror"].run_reconciler, args=(over,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join(PATIENCE)


def burst(app: Flask, ground: Stack, bursts: int, seed: int) -> None:
    """F5: that many bursts, each on a conversation of its own, each checked in the database and in Redis."""
    with reconciling(app), jitter(Random(seed), often=0.05):
        ids = [_burst_one(app, Random(f"{seed}/{number}")) for number in range(bursts)]
    with reconciling(app):
        for conversation_id in ids:
            _check(ground, conversation_id)


def _burst_one(app: Flask, chance: Random) -> str:
    conversation_id = new_conversation()
    at_once(app, [partial(_redirect, conversation_id, chance) for _ in range(CLIENTS)])
    truth.epochs_without_a_gap(conversation_id)
    return conversation_id


def _redirect(conversation_id: str, chance: Random) -> None:
    destination = chance.choice(DESTINATIONS).value
    time.sleep(chance.uniform(0, 0.005))
    conversations.redirect(conversation_id, destination, PERSON)


def _check(ground: Stack, conversation_id: str) -> None:
    assert ground.redis
    truth.mirrored(ground.redis, ground.environment["FIKO_REDIS_URL"], conversation_id)
