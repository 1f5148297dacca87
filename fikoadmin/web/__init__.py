"""The pages: one blueprint an area, drawn on the server, each working without JavaScript."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from ..words import N_
from . import (
    accounts,
    assets,
    chips,
    conversations,
    customers,
    dashboard,
    errors,
    executions,
    formats,
    headers,
    keys,
    knowledge,
    labels,
    language,
    live,
    pieces,
    settings,
    trying,
    workflows,
)
from .access import reader_locale
from .graph import texts

__all__ = ["init_app", "reader_locale"]


@dataclass(frozen=True)
class NavigationItem:
    endpoint: str
    label: str
    icon: str


NAVIGATION = (
    NavigationItem("dashboard.index", N_("Dashboard"), "layout-dashboard"),
    NavigationItem("conversations.index", N_("Conversations"), "messages"),
    NavigationItem("workflows.index", N_("Workflows"), "git-branch"),
    NavigationItem("executions.index", N_("Executions"), "route"),
    NavigationItem("customers.index", N_("Customers"), "users"),
    NavigationItem("knowledge.index", N_("Knowledge"), "book-2"),
    NavigationItem("trying.index", N_("Try it"), "flask"),
    NavigationItem("settings.index", N_("Settings"), "settings"),
)


def init_app(app: Flask) -> None:
    app.jinja_env.globals["navigation"] = NAVIGATION
    for part in (language, assets, formats, labels, chips, pieces, headers, errors, texts):
        part.init_app(app)
    for area in (
        dashboard,
        accounts,
        conversations,
        workflows,
        executions,
        customers,
        knowledge,
        trying,
        settings,
        keys,
        live,
    ):
        app.register_blueprint(area.bp)
