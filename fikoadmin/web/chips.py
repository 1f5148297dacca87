"""States on a page, each a word with an icon; colour only repeats what the word says.

They are functions of Python and not macros, because a list has hundreds of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import ParamSpec, TypeAlias

from flask import Flask
from markupsafe import Markup, escape

from .assets import icon, sprite
from .labels import destination_label, is_known_destination, label, label_reason
from .language import gettext, page_language

P = ParamSpec("P")

Look: TypeAlias = tuple[str, str]
"""The name of an icon, and the kind of chip that gives the colour."""

UNKNOWN: Look = ("help", "unknown")
UNFINISHED: Look = ("hourglass", "wait")

STATUS_LOOKS: Mapping[str, Look] = {
    "active": ("sparkles", "ai"),
    "support_active": ("headset", "people"),
    "marketing_active": ("speakerphone", "campaign"),
    "closed": ("archive", ""),
}
WORKFLOW_LOOKS: Mapping[str, Look] = {
    "DRAFT": ("circle-dashed", ""),
    "ACTIVE": ("circle-check", "good"),
    "PAUSED": ("player-pause", "wait"),
    "ARCHIVED": ("archive", ""),
}
EXECUTION_LOOKS: Mapping[str, Look] = {
    "RUNNING": ("loader-2", "accent"),
    "WAITING": ("hourglass", "wait"),
    "COMPLETED": ("circle-check", "good"),
    "FAILED": ("circle-x", "bad"),
    "CANCELLED": ("ban", ""),
    "SKIPPED": ("player-skip-forward", ""),
}
OUTCOME_LOOKS: Mapping[str, Look] = {
    "passed": ("circle-check", "good"),
    "changed": ("bolt", "good"),
    "already": ("equal", ""),
    "skipped": ("player-skip-forward", ""),
    "failed": ("circle-x", "bad"),
}
CONNECTION_LOOKS: Mapping[str, Look] = {
    "success": ("circle-check", "good"),
    "failure": ("circle-x", "bad"),
    "timeout": ("clock", "wait"),
    "skip": ("player-skip-forward", ""),
}
NODE_ICONS = {"when": "bolt", "condition": "git-branch", "action": "player-play", "waiting": "hourglass"}
CHANNEL_ICONS = {
    "telegram": "brand-telegram",
    "instagram": "brand-instagram",
    "web": "world",
    "api": "api",
    "test": "flask",
}


def init_app(app: Flask) -> None:
    """Gives every template `chip` and all that are named after what they show."""
    given: tuple[Callable[..., Markup], ...] = (
        chip, status_chip, ai_chip, destination_name, workflow_chip, execution_chip, outcome_chip, node_type_chip,
        connection_chip, channel_chip,
    )  # fmt: skip
    app.jinja_env.globals.update({function.__name__: function for function in given})


def chip(text: str, icon_name: str = "", kind: str = "", title: str = "") -> Markup:
    """A word with an icon; `kind` is the colour's name, `title` what a pointer is told."""
    return _chip(escape(text), icon(icon_name) if icon_name else Markup(), kind, escape(title))


# Asked for with escaped texts only: a text and the same characters as HTML are one key.
@lru_cache(maxsize=1024)
def _chip(text: Markup, drawn: Markup, kind: str, title: Markup) -> Markup:
    look = f" chip-{kind}" if kind else ""
    titled = Markup(' title="{}"').format(title) if title else Markup()
    space = " " if drawn else ""
    return Markup('<span class="chip{}"{}>{}{}<span>{}</span></span>').format(look, titled, drawn, space, text)


def _kept(draw: Callable[P, Markup]) -> Callable[P, Markup]:
    """Draws each once for a language: a list shows the same few states in all of its rows."""
    # Typed, because a text and the same characters as HTML are equal.
    kept: Callable[..., Markup] = lru_cache(maxsize=256, typed=True)(
        lambda _language, _sprite, *given, **named: draw(*given, **named)
    )

    @wraps(draw)
    def drawn(*given: P.args, **named: P.kwargs) -> Markup:
        return kept(page_language(), sprite(), *given, **named)

    return drawn


@_kept
def status_chip(status: str, raw: bool = False) -> Markup:
    """A conversation's status; `raw` adds the stored value, as logs and the API spell it."""
    shown = chip(label("status", status), *STATUS_LOOKS.get(status, UNKNOWN))
    return shown + Markup(' <code class="code">{}</code>').format(status) if raw else shown


@_kept
def ai_chip(enabled: bool, may_reply: bool | None = None, why_not: str | None = "") -> Markup:
    """The AI flag, and beside it whether the AI may reply now; `why_not` is the reason where the flag is on but it
    may not."""
    shown = chip(gettext("AI on"), "robot", "ai") if enabled else chip(gettext("AI off"), "robot-off")
    if may_reply:
        return shown + _reason(gettext("may reply now"))
    if enabled and may_reply is False:
        text = gettext("may not reply now")
        return shown + _reason(f"{text}: {label_reason(why_not)}" if why_not else text)
    return shown


@_kept
def destination_name(value: str | None) -> Markup:
    """Where a conversation is, or is sent to."""
    if not value:
        return Markup('<span class="muted">–</span>')
    if is_known_destination(value):
        return Markup(f'<span class="destination">{escape(destination_label(value))}</span>')
    known_not = gettext("This release does not know this destination.")
    return chip(f"{value} ({gettext('unknown')})", *UNKNOWN, known_not)


@_kept
def workflow_chip(status: str) -> Markup:
    return chip(label("workflow_status", status), *WORKFLOW_LOOKS.get(status, UNKNOWN))


def execution_chip(status: str, reason: str | None = "") -> Markup:
    shown = chip(label("execution_status", status), *EXECUTION_LOOKS.get(status, UNKNOWN))
    return shown + _reason(label_reason(reason)) if reason else shown


def outcome_chip(outcome: str | None, reason: str | None = "") -> Markup:
    """How a step ended, with its reason; no outcome while it is unfinished."""
    look = OUTCOME_LOOKS.get(outcome, UNKNOWN) if outcome else UNFINISHED
    shown = chip(label("outcome", outcome or "unfinished"), *look)
    return shown + _reason(label_reason(reason)) if reason else shown


@_kept
def node_type_chip(node_type: str) -> Markup:
    return chip(label("node_type", node_type), NODE_ICONS.get(node_type, "help"), "plain")


@_kept
def connection_chip(connection_type: str) -> Markup:
    return chip(label("connection_type", connection_type), *CONNECTION_LOOKS.get(connection_type, UNKNOWN))


@_kept
def channel_chip(source: str) -> Markup:
    return chip(label("channel", source), CHANNEL_ICONS.get(source, "help"), "plain")


def _reason(text: str) -> Markup:
    return Markup(' <span class="reason">{}</span>').format(text)
