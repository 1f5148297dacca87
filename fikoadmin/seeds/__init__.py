"""The demo's data: a small shop's conversations in both languages, at every point that one can be at.

All of it is made through the services, as people and programs would make it: real events start real workflows, real
redirects write history. The assistant's part is played by the built-in one, so that the demo says the same everywhere.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from ..clock import now
from ..extensions import db
from ..models.conversations import Conversation
from ..services import knowledge, settings
from . import facts, story, workflows
from .stage import DEMO, at


def seed_demo() -> None:
    """Makes the demo's data where there is no conversation yet, and nothing otherwise."""
    if db.session.scalar(select(Conversation.id).limit(1)) is not None:
        return
    with at(now() - timedelta(hours=23)):
        knowledge.add_items(facts.items(), DEMO)
        settings.change_all(facts.SETTINGS, DEMO)
        workflows.make_own()
        workflows.make_asking()
        failing = workflows.make_failing()
        workflows.make_for_trying()
        workflows.import_for_a_model()
    with workflows.welcoming(hours_ago=(22, 7)):
        story.tell_persian()
    story.tell_english(failing)
