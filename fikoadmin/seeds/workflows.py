"""The demo's workflows: three of its own, and two that were exported by another system.

Those that listen to words listen where customers write (Telegram, Instagram, the web site): a program that tries the
API in a conversation of its own finds nothing live there but what it has made.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from typing import Any

from flask import current_app

from .. import documents
from ..models.workflows import Workflow
from ..services import drafts, workflows
from .facts import WELCOME
from .stage import DEMO

CUSTOMERS_CHANNELS = ["telegram", "instagram", "web"]

Action = tuple[str, dict[str, Any]]

SUPPORT_WORDS = ["support", "help", "human", "agent", "real person", "پشتیبانی", "اپراتور", "کمک", "انسان"]
OFFER = (
    "🍂 Everything for the kitchen is 20 % off this week.\n🍂 این هفته همهٔ لوازم آشپزخانه ۲۰ درصد تخفیف دارد.",
    [{"value": "Show me"}, {"value": "ببینم"}],
)


def make_own() -> None:
    """To people on request, back to the AI on request, and a campaign."""
    support = _own(
        "Support on request",
        "A customer who asks for a person gets one.",
        SUPPORT_WORDS,
        ("To Support", {"action_type": "redirect_conversation", "redirect_destination": "support"}),
    )
    drafts.describe(support.id, support.name, {"delay_between_executions": 60}, DEMO)
    workflows.activate(support.id, DEMO)
    back = _own(
        "Back to the AI",
        "A customer who is done with us goes back to the assistant; operators can also run it by hand.",
        ["back to the assistant", "بازگشت به دستیار"],
        ("To the AI Assistant", {"action_type": "redirect_conversation", "redirect_destination": "ai"}),
    )
    workflows.activate(back.id, DEMO)
    campaign = _own(
        "Autumn offer",
        "Who asks for the offer is in the campaign until somebody redirects the conversation.",
        ["autumn offer", "پیشنهاد پاییزی"],
        ("The offer", {"action_type": "send_message", "message_content": OFFER[0], "key_values": OFFER[1]}),
        ("Campaign", {"action_type": "set_conversation_status", "configuration": {"status": "marketing_active"}}),
    )
    workflows.activate(campaign.id, DEMO)


def _own(name: str, description: str, keywords: list[str], *actions: Action) -> Workflow:
    """A draft as an operator makes one: a When node, and the actions one after another."""
    workflow = workflows.create(name, DEMO)
    drafts.describe(workflow.id, name, {"description": description}, DEMO)
    when = {"title": "The customer writes", "keywords": keywords, "channels": CUSTOMERS_CHANNELS}
    last = drafts.add_node(workflow.id, "when", when, DEMO)
    for title, fields in actions:
        last = drafts.add_node(workflow.id, "action", {"title": title, **fields}, DEMO, after=(last.id, "success"))
    return workflow


@contextmanager
def welcoming() -> Iterator[None]:
    """New customers are welcomed in Persian meanwhile; paused afterwards, for it greets everybody so."""
    welcome = _imported("fa_1_welcome_new_user.json")
    message = next(node for node in welcome.nodes if node.node_type == "action")
    drafts.change_node(welcome.id, message.id, {"message_content": WELCOME}, DEMO)
    workflows.activate(welcome.id, DEMO)
    yield
    workflows.pause(welcome.id, DEMO)


def import_for_a_model() -> None:
    """Its condition asks a language model: live where there is one, a draft where it could only ever say no."""
    workflow = _imported("en_2_redirect_to_human_support.json")
    if current_app.extensions["config"].ai_base_url:
        workflows.activate(workflow.id, DEMO)


def _imported(filename: str) -> Workflow:
    envelope = json.loads(files(__package__).joinpath("samples", filename).read_bytes())
    # Without its envelope, whose name would replace the workflow's own.
    workflow, _warnings = workflows.import_read(documents.read_value(envelope["workflow_data"]), DEMO)
    return workflow
