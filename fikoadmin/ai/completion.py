"""Reads the answer of a chat completions service, streamed or in one piece; half an answer is none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from .responder import AIUnavailable

LONGEST_ANSWER = 20_000
LARGEST_BODY = 4 * 1024 * 1024
MALFORMED = "AI service: the answer could not be read"

# Some locally run models write their thoughts into the answer; they are not for the customer.
_THOUGHTS = re.compile(r"\A\s*<think>.*?</think>", re.DOTALL)


def read(chunks: Iterable[bytes]) -> str:
    """The complete text of an answer; raises AIUnavailable where it is empty, cut off, endless or malformed.

    A service that does not stream answers with one JSON object; a stream's lines begin with a field name.
    """
    lines = _lines(chunks)
    first = next(lines, b"")
    if first.startswith((b"{", b"[")):
        pieces = [_piece(b"".join([first, *lines]), "message")]
    else:
        pieces = list(_streamed(first, lines))
    text = _THOUGHTS.sub("", _clean("".join(pieces))).strip()
    if not text:
        raise AIUnavailable("AI service: the answer was empty", temporary=True)
    return text


def _streamed(first: bytes, lines: Iterator[bytes]) -> Iterator[str]:
    length = 0
    for line in (line for source in ((first,), lines) for line in source):
        if not line.startswith(b"data:"):
            continue  # comments, event names and the empty lines between events
        data = line[len(b"data:") :].strip()
        if data == b"[DONE]":
            return
        piece = _piece(data, "delta")
        length += len(piece)
        if length > LONGEST_ANSWER:
            raise _too_long()
        yield piece
    raise AIUnavailable("AI service: the answer was cut off", temporary=True)


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines that are not empty, as soon as they are complete."""
    received, rest = 0, b""
    for chunk in chunks:
        received += len(chunk)
        if received > LARGEST_BODY:
            raise _too_long()
        *complete, rest = (rest + chunk).split(b"\n")
        yield from (line for line in map(bytes.strip, complete) if line)
    if rest.strip():
        yield rest.strip()


def _piece(data: bytes, part: str) -> str:
    """The text in one JSON object: under `delta` in a stream, under `message` in an answer of one piece."""
    try:
        document = json.loads(data)
        if document.get("error"):
            raise AIUnavailable("AI service: it broke off with an error", temporary=True)
        # A stream may carry objects without choices, for instance how much was used.
        return "".join(_text(choice, part) for choice in document["choices"][:1])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise AIUnavailable(MALFORMED, temporary=True) from error


def _text(choice: dict[str, Any], part: str) -> str:
    reason = choice.get("finish_reason")
    if reason == "length":
        raise AIUnavailable("AI service: the answer was cut off for its length", temporary=True)
    if reason == "content_filter":
        raise AIUnavailable("AI service: the answer was withheld by a content filter", temporary=False)
    text = (choice.get(part) or {}).get("content") or ""
    if not isinstance(text, str):
        raise TypeError(part)
    if len(text) > LONGEST_ANSWER:
        raise _too_long()
    return text


def _clean(text: str) -> str:
    """Without NUL, which no database text can hold, and with surrogates paired or replaced."""
    return text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _too_long() -> AIUnavailable:
    return AIUnavailable("AI service: the answer was too long", temporary=True)
