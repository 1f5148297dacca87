"""Addresses of static files that change with their content, and icons from the one sprite."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, g, request, url_for
from markupsafe import Markup

SPRITE = "vendor/tabler-icons@3.51.0/sprite.svg"
FOLLOWS_READING_DIRECTION = frozenset(
    {"arrow-back-up", "arrow-forward-up", "arrow-left", "arrow-ramp-right", "arrow-right", "chevron-left"}
    | {"chevron-right", "list-details", "logout", "player-play", "player-skip-forward", "send"}
)


def init_app(app: Flask) -> None:
    """Gives every template `asset(filename)` and `icon(name)`, and static files their time to be kept."""
    app.jinja_env.globals.update(asset=asset, icon=icon)
    app.after_request(_keep)


def asset(filename: str) -> str:
    """Address of a static file; it carries the content's digest, so that browsers may keep it for a year."""
    path = Path(current_app.static_folder or "") / filename
    return url_for("static", filename=filename, v=_digest(path, path.stat().st_mtime_ns))


@lru_cache(maxsize=256)
def _digest(path: Path, modified: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def icon(name: str) -> Markup:
    """A decorative icon; the word beside it carries the meaning, so screen readers pass over it."""
    return _drawn(name, sprite())


def sprite() -> str:
    """The address of the sprite, found once a page."""
    page = g._get_current_object()
    try:
        known: str = page.sprite_address
    except AttributeError:
        known = page.sprite_address = asset(SPRITE)
    return known


@lru_cache(maxsize=512)
def _drawn(name: str, sprite: str) -> Markup:
    """Kept: a list has hundreds of them, and making one anew takes as long as a cell of its text."""
    mirrored = " icon-mirrored" if name in FOLLOWS_READING_DIRECTION else ""
    return Markup('<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(mirrored, sprite, name)


def _keep(response: Response) -> Response:
    """A digest or a version in the address: for a year; otherwise (a module's import) asked for each time."""
    if request.endpoint == "static":
        response.cache_control.clear()
        if "v" in request.args or "@" in request.path:
            response.cache_control.public = response.cache_control.immutable = True
            response.cache_control.max_age = 31_536_000
        else:
            response.cache_control.no_cache = True
    return response
