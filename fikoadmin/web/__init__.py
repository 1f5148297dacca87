"""The pages: one blueprint an area, drawn on the server, each working without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from ..words import N_
from . import (
    accounts,
    assets,
    conversations,
    errors,
    executions,
    formats,
    headers,
    labels,
    live,
    settings,
    start,
    workflows,
)
from .access import reader_locale

__all__ = ["init_app", "reader_locale"]


@dataclass(frozen=True)
class NavigationItem:
    endpoint: str
    label: str
    icon: str


NAVIGATION = (
    NavigationItem("conversations.index", N_("Conversations"), "messages"),
    NavigationItem("workflows.index", N_("Workflows"), "git-branch"),
    NavigationItem("executions.index", N_("Executions"), "route"),
    NavigationItem("settings.index", N_("Settings"), "settings"),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["navigation"] = NAVIGATION
    for part in (assets, formats, labels, headers, errors):
        part.init_app(app)
    for area in (start, accounts, conversations, workflows, executions, settings, live):
        app.register_blueprint(area.bp)
