"""The installation that F13 runs in."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask

from fikoadmin.destinations import DESTINATIONS
from fikoadmin.services import settings
from tests.conftest import Stack
from tests.contract.documents import by_hand, redirect
from tests.faults.ground import PERSON, live_workflow
from tests.faults.listening import NOTICE, workflows
from tests.faults.thoughts import Thinking


@dataclass
class World:
    """The installation that all conversations of a run share, and the workflow that is started by hand."""

    app: Flask
    ground: Stack
    by_hand: int


def new_world(app: Flask, ground: Stack) -> World:
    """An installation with those workflows, and a notice for each destination."""
    for document in workflows():
        live_workflow(document)
    settings.change_all(
        {f"notice.{d.value}.{language}": NOTICE for d in DESTINATIONS for language in ("en", "fa")}, PERSON
    )
    app.extensions["responder"] = Thinking()
    return World(app, ground, live_workflow(by_hand(redirect("technical"))))
