"""The demo's data is made by the real thing, on both databases, and tells what it shall tell."""

import pytest
from flask import Flask, current_app
from sqlalchemy import func, select

from fikoadmin.ai import Question, Turn
from fikoadmin.extensions import Base, db
from fikoadmin.models import conversations
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.customers import Customer
from fikoadmin.models.executions import Execution
from fikoadmin.models.history import ConversationEvent
from fikoadmin.models.jobs import AVAILABLE, Job
from fikoadmin.models.messages import Message
from fikoadmin.models.workflows import Workflow
from fikoadmin.seeds import facts, seed_demo, workflows
from fikoadmin.seeds.stage import Chat


@pytest.fixture
def seeded(inside_any: Flask) -> Flask:
    seed_demo()
    return inside_any


def counts() -> dict[str, int]:
    tables = Base.metadata.tables.items()
    return {name: db.session.scalar(select(func.count()).select_from(table)) or 0 for name, table in tables}


def test_seeding_twice_is_seeding_once(seeded: Flask) -> None:
    before = counts()
    seed_demo()
    assert counts() == before


def test_every_status_is_there_in_both_languages(seeded: Flask) -> None:
    seen = db.session.scalars(select(Conversation)).all()
    assert {c.status for c in seen} == set(conversations.STATUSES)
    assert {c.language for c in seen} == {"en", "fa"}
    assert {bool(c.unanswered_since) for c in seen} == {True, False}


def test_p25_every_conversations_last_event_equals_its_state(seeded: Flask) -> None:
    for conversation in db.session.scalars(select(Conversation)):
        events = db.session.scalars(select(ConversationEvent).filter_by(conversation_id=conversation.id))
        last = max(events, key=lambda event: event.epoch)
        told = (last.new_status, last.new_ai_enabled, last.new_destination, last.epoch)
        assert told == (conversation.status, conversation.ai_enabled, conversation.destination, conversation.epoch)
        assert last.actor_label


def test_workflows_ran_wait_failed_and_were_held_back_or_cancelled(seeded: Flask) -> None:
    seen = dict(db.session.execute(select(Execution.status, func.count()).group_by(Execution.status)).all())
    assert seen.pop("COMPLETED") > 5
    assert seen == {"WAITING": 1, "FAILED": 1, "SKIPPED": 1, "CANCELLED": 1}
    assert set(db.session.scalars(select(Execution.reason))) >= {"conversation is not active", "owner changed"}
    known = {workflow.name: workflow.status for workflow in db.session.scalars(select(Workflow))}
    assert known == {
        "Support on request": "ACTIVE",
        "Back to the AI": "ACTIVE",
        "Autumn offer": "ACTIVE",
        "Call me back": "ACTIVE",
        "AI on again": "ACTIVE",
        "Try it: to people and back": "ACTIVE",
        "خوش‌آمدگویی به کاربر جدید": "PAUSED",
        "Redirect to Human Support": "DRAFT",
    }


def test_no_work_is_left_but_sending(seeded: Flask) -> None:
    assert set(db.session.scalars(select(Job.kind).filter_by(state=AVAILABLE))) == {"send_messages"}


def test_the_assistant_knows_every_seeded_question(seeded: Flask) -> None:
    for language, known in (("en", facts.ENGLISH), ("fa", facts.PERSIAN)):
        for question, answer, _tags in known:
            asked = Question((Turn("customer", question),), language, "Nika", "", {}, False)
            assert current_app.extensions["responder"].answer(asked, lambda: False).text == answer


@pytest.mark.parametrize(("question", "answer", "_tags"), [facts.ENGLISH[0], facts.PERSIAN[0]], ids=["en", "fa"])
def test_a_new_customer_is_answered_in_both_languages(
    seeded: Flask, question: str, answer: str, _tags: list[str]
) -> None:
    chat = Chat("test", {"first_name": "Ada"})
    chat.says(question)
    said = db.session.scalars(select(Message.content).filter_by(conversation_id=chat.id, type="AI"))
    assert said.all() == [answer]


def test_what_is_tried_goes_to_people_and_back(seeded: Flask) -> None:
    chat = Chat("test", {"first_name": "Ada"})
    for word, destination in ((workflows.TO_PEOPLE, "support"), (workflows.TO_AI, "ai")):
        chat.says(f"Please: {word}")
        assert db.session.get_one(Conversation, chat.id, populate_existing=True).destination == destination


def test_a_phone_number_is_asked_for_and_kept(seeded: Flask) -> None:
    kept = db.session.scalars(select(Customer.phone_number).where(Customer.first_name == "سارا")).all()
    assert kept == ["09125550177"]
