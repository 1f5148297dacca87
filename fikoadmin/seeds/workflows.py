"""The demo's workflows: six of its own, and two that were exported by another system.

Those that listen to words listen where customers write (Telegram, Instagram, the web site): a program that tries the
API in a conversation of its own finds nothing live there but what it has made, and what listens to words that nobody
writes by chance.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.resources import files
from typing import Any

from flask import current_app

from .. import documents
from ..clock import now
from ..models.workflows import Workflow
from ..services import drafts, workflows
from .facts import WELCOME
from .stage import DEMO, at

CUSTOMERS_CHANNELS = ["telegram", "instagram", "web"]

Action = tuple[str, dict[str, Any]]

# The words for the page "Try it".
TO_PEOPLE, TO_AI = "/people", "/assistant"

SUPPORT_WORDS = ["support", "help", "human", "agent", "real person", "پشتیبانی", "اپراتور", "کمک", "انسان"]
OFFER = (
    "🍂 Everything for the kitchen is 20 % off this week.\n🍂 این هفته همهٔ لوازم آشپزخانه ۲۰ درصد تخفیف دارد.",
    [{"value": "Show me"}, {"value": "ببینم"}],
)
CALL_WORDS = ["call me back", "تماس بگیرید"]
CALL_TEXT = "Which number shall we call? / با چه شماره‌ای تماس بگیریم؟"


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


def make_asking() -> None:
    """Asks for a phone number, and waits for it."""
    asking = workflows.create("Call me back", DEMO)
    drafts.describe(
        asking.id, asking.name, {"description": "Asks for a phone number, and gives the conversation to Sales."}, DEMO
    )
    when = drafts.add_node(asking.id, "when", {"title": "The customer writes", **_listening(CALL_WORDS)}, DEMO)
    phone = {
        "title": "Phone number", "customer_message": CALL_TEXT, "storage_type": "phone", "allowed_errors": 3,
        "response_time_limit_enabled": False,
        "error_message": "This does not look like a phone number. / این شماره تلفن به نظر نمی‌رسد.",
    }  # fmt: skip
    waiting = drafts.add_node(asking.id, "waiting", phone, DEMO, after=(when.id, "success"))
    sales = {"title": "To Sales", "action_type": "redirect_conversation", "redirect_destination": "sales"}
    drafts.add_node(asking.id, "action", sales, DEMO, after=(waiting.id, "success"))
    workflows.activate(asking.id, DEMO)


def make_failing() -> Workflow:
    """Its author has forgotten that the AI cannot be switched on where a campaign owns the conversation."""
    failing = _own(
        "AI on again",
        "Run by hand when the AI was switched off by mistake.",
        ["switch the assistant on"],
        ("AI on", {"action_type": "control_ai_response", "ai_control_action": "enable"}),
    )
    return workflows.activate(failing.id, DEMO)


def make_for_trying() -> None:
    """What the page "Try it" can start: to people with one word, back to the AI with another."""
    trying = workflows.create("Try it: to people and back", DEMO)
    texts = {
        "description": f"On the page “Try it”: {TO_PEOPLE} gives the conversation to Support, {TO_AI} takes it back."
    }
    drafts.describe(trying.id, trying.name, texts, DEMO)
    for word, title, destination in ((TO_PEOPLE, "To Support", "support"), (TO_AI, "To the AI Assistant", "ai")):
        when = {"title": f"The word {word}", "keywords": [word], "channels": ["test"]}
        start = drafts.add_node(trying.id, "when", when, DEMO)
        fields = {"title": title, "action_type": "redirect_conversation", "redirect_destination": destination}
        drafts.add_node(trying.id, "action", fields, DEMO, after=(start.id, "success"))
    workflows.activate(trying.id, DEMO)


def _listening(keywords: list[str]) -> dict[str, Any]:
    return {"keywords": keywords, "channels": CUSTOMERS_CHANNELS}


def _own(name: str, description: str, keywords: list[str], *actions: Action) -> Workflow:
    """A draft as an operator makes one: a When node, and the actions one after another."""
    workflow = workflows.create(name, DEMO)
    drafts.describe(workflow.id, name, {"description": description}, DEMO)
    when = {"title": "The customer writes", **_listening(keywords)}
    last = drafts.add_node(workflow.id, "when", when, DEMO)
    for title, fields in actions:
        last = drafts.add_node(workflow.id, "action", {"title": title, **fields}, DEMO, after=(last.id, "success"))
    return workflow


@contextmanager
def welcoming(hours_ago: tuple[float, float]) -> Iterator[None]:
    """New customers are welcomed in Persian meanwhile; paused afterwards, for it greets everybody so."""
    begin, end = (now() - timedelta(hours=hours) for hours in hours_ago)
    with at(begin):
        welcome = _imported("fa_1_welcome_new_user.json")
        message = next(node for node in welcome.nodes if node.node_type == "action")
        drafts.change_node(welcome.id, message.id, {"message_content": WELCOME}, DEMO)
        workflows.activate(welcome.id, DEMO)
    yield
    with at(end):
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
