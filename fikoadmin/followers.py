"""What follows a commit, always in the same order: the mirror, the live pages, the log."""

from __future__ import annotations

from typing import Protocol

from flask import Flask, current_app

from .extensions import committed

ORDER = ("mirror", "live", "log")


class Follower(Protocol):
    """Repeats elsewhere what a commit's facts say. It never raises for what can fail out there."""

    def follow(self, facts: list[object]) -> None: ...


def add(app: Flask, name: str, follower: Follower) -> None:
    """Makes `follower` the app's one of that name (of ORDER), found in `app.extensions[name]`."""
    app.extensions[name] = follower
    committed.connect(_follow)  # one receiver for all, because a signal calls several in no order


def _follow(_sender: object, facts: list[object]) -> None:
    for name in ORDER:
        if name in current_app.extensions:
            current_app.extensions[name].follow(facts)
