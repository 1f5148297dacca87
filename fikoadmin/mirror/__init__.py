"""The AI flag in Redis, `ai_control_<conversation id>`, for other programs to read.

It only repeats what rows say: written after the commit, never backwards, and set right by the reconciler. Fiko Admin
itself decides from the database.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from typing import Any

from flask import Flask
from redis import RedisError
from sqlalchemy.exc import SQLAlchemyError

from .. import followers
from ..config import Config
from ..models.conversations import CLOSED, Conversation
from ..models.facts import MirrorDue, OwnerChanged
from ..redis_client import BACKGROUND_SECONDS, WRITER_SECONDS, Circuit, client
from . import keys
from .reconciler import Counts, Reconciler
from .writer import Writer

__all__ = ["Counts", "Mirror", "NoMirror", "Unreachable", "init_app"]

log = logging.getLogger(__name__)

RETRY_SECONDS = 0.25
LONGEST_WRONG_SECONDS = 4.5
PAUSE_SECONDS = 1.5


class Unreachable(Exception):
    """Redis cannot be asked now; the message is the class name of what failed."""


def init_app(app: Flask) -> None:
    """Gives the app its mirror, `app.extensions["mirror"]`; it connects to nothing yet."""
    config: Config = app.extensions["config"]
    followers.add(app, "mirror", Mirror(app, config.redis_url) if config.redis_url else NoMirror())


class NoMirror:
    """Where no Redis is configured: there is nothing to write, and nothing that could be behind."""

    configured = False

    def follow(self, facts: list[object]) -> None:
        """Nobody reads a mirror here."""

    def read(self, conversation_id: str) -> dict[str, Any] | None:
        raise Unreachable("no Redis is configured")

    def read_text(self, conversation_id: str) -> str | None:
        return None

    def in_step(self, conversation: Conversation) -> bool | None:
        return None

    def reconcile(self) -> Counts:
        return Counts()

    def run_reconciler(self, stop: threading.Event) -> None:
        """Returns at once."""


class Mirror:
    """Writes the keys after a commit, reads them for people to see, and keeps them right."""

    configured = True

    def __init__(self, app: Flask, url: str) -> None:
        self._app = app
        self._redis = client(url)
        self._circuit = Circuit()
        self._writer = Writer(client(url, WRITER_SECONDS), self._circuit)
        self._reconciler = Reconciler(client(url, BACKGROUND_SECONDS))

    def follow(self, facts: list[object]) -> None:
        """Writes what a commit made due, waiting up to 50 ms; one write per conversation, the last."""
        dues = {fact.conversation_id: fact for fact in facts if isinstance(fact, MirrorDue)}
        if dues:
            loud = {fact.conversation_id for fact in facts if isinstance(fact, OwnerChanged)}
            self._writer.write(list(dues.values()), loud)

    def read(self, conversation_id: str) -> dict[str, Any] | None:
        """What the key says; None where there is none, empty where it cannot be read. Raises Unreachable."""
        if self._circuit.reason:
            raise Unreachable(self._circuit.reason)
        try:
            # MGET, because GET fails on a key that is not a text at all.
            (held,) = self._redis.mget([keys.key(conversation_id)])
        except RedisError as error:
            raise Unreachable(self._circuit.failed(error)) from error
        return None if held is None else _parsed(held)

    def read_text(self, conversation_id: str) -> str | None:
        """What the key says, for people to see; None where there is none, or it cannot be read now."""
        try:
            held = self.read(conversation_id)
        except Unreachable:
            return None
        return None if held is None else json.dumps(held, ensure_ascii=False)

    def in_step(self, conversation: Conversation) -> bool | None:
        """Whether the key says what the row says; None where that cannot be told. A closed one needs no key."""
        try:
            held = self.read(conversation.id)
        except Unreachable:
            return None
        if held is None:
            return conversation.status == CLOSED
        text = keys.value(conversation.ai_enabled, conversation.epoch, conversation.custom_prompt or "")
        return bool(held == json.loads(text))

    def reconcile(self) -> Counts:
        """One pass over all open conversations, within an app context. Raises Unreachable and SQLAlchemyError."""
        return self._pass(None)

    def run_reconciler(self, stop: threading.Event) -> None:
        """Keeps every key right until `stop`; for one process at a time, and a thread of its own.

        A wrong key is right again within two passes and a pause: 5 s with 200,000 open conversations, after an
        outage too. It takes at most about a quarter of a core unless that would break this.
        """
        pause, away = 0.0, ""
        while not stop.wait(pause):
            pause, was_away = RETRY_SECONDS, away
            try:
                pause, away = self._timed_pass(stop), ""
            except (Unreachable, SQLAlchemyError) as error:
                away = str(error) if isinstance(error, Unreachable) else type(error).__name__
            except Exception:  # it must not end of one bad pass: nobody would notice
                log.exception("Mirror: unexpected error")
            _tell_change(was_away, away)

    def _timed_pass(self, stop: threading.Event) -> float:
        began = time.monotonic()
        with self._app.app_context():
            self._pass(stop)
        return pause_after(time.monotonic() - began)

    def _pass(self, stop: threading.Event | None) -> Counts:
        try:
            return self._reconciler.reconcile(stop)
        except RedisError as error:
            raise Unreachable(type(error).__name__) from error


def pause_after(seconds: float) -> float:
    """How long to rest after a pass that took that long: three times as long, while the promise allows it."""
    return max(PAUSE_SECONDS, min(3 * seconds, LONGEST_WRONG_SECONDS - 2 * seconds))


def _tell_change(before: str, after: str) -> None:
    if after and not before:
        log.warning("Mirror: keys cannot be set right now (%s)", after)
    elif before and not after:
        log.info("Mirror: keys are being set right again")


def _parsed(held: bytes | str) -> dict[str, Any]:
    try:
        found = json.loads(held)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
