"""The channel `test` ends in the page: who reads it there has the message already."""

from __future__ import annotations

from .outgoing import Outgoing


def send(outgoing: Outgoing) -> None:
    """Nothing leaves."""
