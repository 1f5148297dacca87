"""Which live workflows an event starts, and for those that it might have started, why not.

One index a process over all live workflows, renewed when their set changes: a message's text is looked up once
(Aho-Corasick over the normalised keywords), not once a workflow.
"""

from __future__ import annotations

from flask import Flask, current_app

from .index import Index
from .matcher import Matcher
from .reasons import NO_KEYWORD, OTHER_CHANNEL, OTHER_EVENT, OWN_EVENT, Candidate, Snapshot, examine, switched_off
from .workflow import LiveWorkflow, as_live

__all__ = [
    "NO_KEYWORD", "OTHER_CHANNEL", "OTHER_EVENT", "OWN_EVENT", "Candidate", "Index", "LiveWorkflow", "Matcher",
    "Snapshot", "as_live", "examine", "index", "init_app", "published", "switched_off",
]  # fmt: skip


def init_app(app: Flask) -> None:
    app.extensions["matcher"] = Matcher()


def index() -> Index:
    """This process's index, in step with the present transaction."""
    return _matcher().index()


def published(version_id: int) -> LiveWorkflow:
    """A workflow as it was when that version was published. Raises NotFound."""
    return _matcher().published(version_id)


def _matcher() -> Matcher:
    matcher: Matcher = current_app.extensions["matcher"]
    return matcher
