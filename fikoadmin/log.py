"""The log file: one line per fact, and never a customer's words, a prompt or a secret.

What an exception says may quote what somebody wrote (a database names the values it refused), so a line about one
has its class and the places in the code, not its message.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from traceback import walk_tb
from typing import TextIO, cast
from zoneinfo import ZoneInfo

from flask import Flask
from flask.logging import wsgi_errors_stream

from . import destinations, followers
from .config import ROOT, Config
from .models.facts import OwnerChanged

logger = logging.getLogger("fikoadmin")

PLACES = 12
_CONTROLS = [*range(32), *range(127, 160), 0x2028, 0x2029]
_ESCAPED = {code: chr(code).encode("unicode_escape").decode() for code in _CONTROLS}


def init_app(app: Flask) -> None:
    """Has everything that the app logs written to its log file, and warnings and errors to standard error too.

    One log a process: the app made last has it.
    """
    config: Config = app.extensions["config"]
    # Every process appends whole lines, and finds the new file when the old one has been rotated away.
    file = WatchedFileHandler(config.log_file, encoding="utf-8", errors="backslashreplace", delay=True)
    console: logging.Handler = logging.StreamHandler(cast(TextIO, wsgi_errors_stream))
    console.setLevel(logging.WARNING)
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    for handler in (file, console):
        handler.setFormatter(Line(config.timezone))
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # a handler further up would write the message of an exception
    followers.add(app, "log", OwnerLog())


class OwnerLog:
    """Writes the line for each change of owner."""

    def follow(self, facts: list[object]) -> None:
        for fact in facts:
            if isinstance(fact, OwnerChanged) and fact.kind != "create":
                state = "enabled" if fact.ai_enabled else "disabled"
                logger.info(
                    "[%s] Conversation %s: AI %s, status -> %s",
                    _title(fact), fact.conversation_id, state, fact.status,
                )  # fmt: skip


def _title(fact: OwnerChanged) -> str:
    if fact.kind != "redirect":
        return "Ownership"
    return f"Redirect to {'AI' if fact.destination == destinations.AI else fact.destination.lower()}"


class Line(logging.Formatter):
    """One line, whatever is in it, with the time of the installation's zone."""

    def __init__(self, timezone: ZoneInfo) -> None:
        super().__init__()
        self._timezone = timezone

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        if record.exc_info and record.exc_info[1]:
            text = f"{text}: {told(record.exc_info[1])}"
        return f"{self.formatTime(record)} [{record.levelname}] {text.translate(_ESCAPED)}"

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        moment = datetime.fromtimestamp(record.created, self._timezone)
        return f"{moment:%Y-%m-%d %H:%M:%S},{int(record.msecs):03d}"


def told(error: BaseException) -> str:
    """An exception and its causes as classes and places, innermost last; without what they say."""
    return " from ".join(f"{type(e).__name__} at {' > '.join(_places(e)) or '?'}" for e in _chain(error))


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in seen:
        yield link
        seen.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)


def _places(error: BaseException) -> list[str]:
    frames = [(frame.f_code, line) for frame, line in walk_tb(error.__traceback__)]
    return [f"{_short(code.co_filename)}:{line} {code.co_name}" for code, line in frames[-PLACES:]]


def _short(filename: str) -> str:
    path = Path(filename)
    inside = path.is_relative_to(ROOT / "fikoadmin")
    return str(path.relative_to(ROOT)) if inside else "/".join(path.parts[-2:])
