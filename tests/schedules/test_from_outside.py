"""Schedules as the API and the pages tell of them."""

from __future__ import annotations

from fikoadmin.api import shapes
from fikoadmin.extensions import db
from fikoadmin.models import found
from fikoadmin.models.events import SCHEDULED, Event
from fikoadmin.services import schedules
from fikoadmin.services.executions import trigger
from tests.contract.documents import send
from tests.database_clock import DatabaseClock
from tests.scenes import ACTOR, begin, executions, messages, say
from tests.schedules.occurring import at, going_live, look, moment


def test_p15_events_and_executions_of_schedules_can_be_read(clock: DatabaseClock) -> None:
    workflow = going_live(clock, "08:00", at("09:00"), send("Said {{event.data.content}} at {{event.data.occurrence}}"))
    conversation = begin()
    say(conversation, "good night")
    look(clock, "09:00")
    [execution] = executions(conversation)
    event = shapes.event(*found.event(execution.event_id))
    assert event["event_type"] == SCHEDULED
    assert shapes.execution(found.execution(execution.id))["event_id"] == event["event_id"]
    assert messages(conversation, "marketing") == ["Said good night at 2026-03-02T09:00:00+00:00"]
    assert db.session.get_one(Event, execution.event_id).considered[0]["workflow_id"] == workflow.id


def test_by_hand_it_starts_at_any_time(clock: DatabaseClock) -> None:
    workflow = going_live(clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    trigger(workflow.id, conversation, ACTOR)
    look(clock, "09:00")
    assert [e.status for e in executions(conversation)] == ["COMPLETED"] * 2


def test_pages_can_say_when_it_starts_next(clock: DatabaseClock) -> None:
    workflow = going_live(clock, "08:00", at("09:00"), send("hi"))
    assert schedules.upcoming(workflow.id, at("07:00")) == moment("3 07:00")
    assert schedules.upcoming(workflow.id, at("07:00", "once")) is None
