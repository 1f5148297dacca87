"""The demo's data: a small shop's conversations in both languages, at every point that one can be at.

All of it is made through the services, as people and programs would make it: real events start real workflows, real
redirects write history. The assistant's part is played by the built-in one, so that the demo says the same everywhere.
"""

from __future__ import annotations

from sqlalchemy import select

from ..extensions import db
from ..models.conversations import Conversation
from ..services import knowledge, settings
from . import facts, story, workflows
from .stage import DEMO


def seed_demo() -> None:
    """Makes the demo's data where there is no conversation yet, and nothing otherwise."""
    if db.session.scalar(select(Conversation.id).limit(1)) is not None:
        return
    knowledge.add_items(facts.items(), DEMO)
    settings.change_all(facts.SETTINGS, DEMO)
    workflows.make_own()
    workflows.make_asking()
    story.tell_english(workflows.make_failing())
    with workflows.welcoming():
        story.tell_persian()
    workflows.make_for_trying()
    workflows.import_for_a_model()
