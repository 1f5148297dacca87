"""Schedules from the clock to the steps, on a database whose clock the tests set.

On SQLite and PostgreSQL where rows are raced for or locked (`any_clock`); the rest is the same code on both.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, current_app
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from fikoadmin.api import shapes
from fikoadmin.extensions import db, transaction
from fikoadmin.models import found
from fikoadmin.models.events import SCHEDULED, Event
from fikoadmin.models.executions import Execution
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import ANSWER_CUSTOMER, AVAILABLE, DISCARDED, RUN_SCHEDULE, START_SCHEDULED, Job
from fikoadmin.models.workflows import Node, Workflow
from fikoadmin.services import conversations, customers, limits, occurrences, schedules, workflows
from fikoadmin.services.executions import trigger
from fikoadmin.services.occurrences import CUT_SHORT, NOBODY, OVERTAKEN, Turn
from tests.contract.documents import Document, connection, document, redirect, row, send, when
from tests.database_clock import DatabaseClock
from tests.scenes import ACTOR, begin, executions, fresh, live, messages, outcomes, owner, runner, say, work

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def clock(inside: Flask) -> DatabaseClock:
    return DatabaseClock()


@pytest.fixture
def any_clock(inside_any: Flask) -> DatabaseClock:
    return DatabaseClock()


def at(time: str = "09:00", frequency: str = "daily", day: str | None = "2026-01-05", **fields: Any) -> Document:
    schedule = {"schedule_frequency": frequency, "schedule_start_date": day, "schedule_time": time}
    return when(when_type="scheduled", **(schedule | fields))


def moment(written: str) -> datetime:
    """`3 09:00` is that time on 3 March 2026 in UTC, `09:00` on the 2nd, a Monday."""
    day, _, time = written.rpartition(" ")
    hour, minute = time.split(":")
    return MARCH + timedelta(days=int(day or 2) - 1, hours=int(hour), minutes=int(minute))


def look(clock: DatabaseClock, *moments: str) -> None:
    """The clock shows each moment, and whoever looks for work then does all of it."""
    for each in moments:
        clock.set(moment(each))
        work(RUN_SCHEDULE, START_SCHEDULED)


def going_live(clock: DatabaseClock, written: str, *nodes: Document, **limits: Any) -> Workflow:
    clock.set(moment(written))
    return live(row(*nodes, **limits))


def due() -> list[int]:
    """The jobs of schedules that are not done, whether their time has come or not."""
    db.session.rollback()
    waiting = select(Job.id).where(Job.state == AVAILABLE, Job.kind.in_((RUN_SCHEDULE, START_SCHEDULED)))
    return list(db.session.scalars(waiting.order_by(Job.id)))


def occurred() -> list[str]:
    """The occurrences so far, local."""
    db.session.rollback()
    rows = db.session.scalars(select(Event).where(Event.event_type == SCHEDULED, Event.customer_id.is_(None)))
    moments = sorted(datetime.fromisoformat(event.data["occurrence"]) for event in rows)
    return [f"{each:%m-%d %H:%M}" for each in moments]


def runs(conversation_id: str) -> list[tuple[str, str]]:
    """Status and occurrence of each execution in it."""
    db.session.rollback()
    shown = [(e.status, db.session.get_one(Event, e.event_id)) for e in executions(conversation_id)]
    return [(status, f"{datetime.fromisoformat(event.data['occurrence']):%-d %H:%M}") for status, event in shown]


def traces() -> list[tuple[str, str]]:
    """The occurrences that say why they started nobody, or not all: day and hour, and the reason."""
    db.session.rollback()
    rows = db.session.scalars(select(Execution).where(Execution.customer_id.is_(None)).order_by(Execution.id))
    return [(f"{int(e.event_id[-10:-8])} {e.event_id[-7:-5]}", e.reason) for e in rows]


def change(workflow: Workflow, **fields: Any) -> None:
    """Gives the draft's When other fields, and publishes it."""
    with transaction() as session:
        node = session.scalars(select(Node).filter_by(workflow_id=workflow.id, node_type="when")).one()
        node.fields = node.fields | fields
    workflows.activate(workflow.id, ACTOR)


# -- once ------------------------------------------------------------------------------------------------------------


def test_p16_an_occurrence_starts_its_customers_once_however_often_the_clock_looks(any_clock: DatabaseClock) -> None:
    going_live(any_clock, "08:59", at("09:00"), redirect("sales"), send("Good morning"))
    conversation = begin()
    look(any_clock, "08:59")
    assert runs(conversation) == []
    look(any_clock, "09:00", "09:00", "09:01", "3 08:59")
    assert runs(conversation) == [("COMPLETED", "2 09:00")]
    assert owner(conversation)[2] == "sales"
    look(any_clock, "3 09:07")
    assert runs(conversation) == [("COMPLETED", "2 09:00"), ("COMPLETED", "3 09:00")]
    assert messages(conversation, "marketing") == ["Good morning"] * 2


def every(step: timedelta, first: datetime, times: int) -> list[datetime]:
    return [first + step * n for n in range(times)]


QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
F10 = [
    ("turned on by 2 h, and back", "UTC", at("09:00"),
     [moment(m) for m in ("07:00", "09:30", "07:30", "08:59", "09:00", "09:30", "3 08:59", "3 09:00")],
     ["03-02 09:00", "03-03 09:00"]),
    ("turned back by 2 h after it", "UTC", at("09:00"),
     [moment(m) for m in ("08:00", "09:00", "07:00", "08:59", "09:00", "09:01", "3 09:00")],
     ["03-02 09:00", "03-03 09:00"]),
    ("turned back by 2 h before it", "UTC", at("09:00"),
     [moment(m) for m in ("08:00", "08:59", "06:59", "08:59", "09:00")], ["03-02 09:00"]),
    ("turned back over midnight", "UTC", at("00:30"),
     [moment(m) for m in ("3 00:00", "3 00:30", "22:30", "3 00:29", "3 00:31", "4 00:30")],
     ["03-03 00:30", "03-04 00:30"]),
    ("an hour left out", "Europe/Berlin", at("02:30"),
     every(QUARTER, datetime(2026, 3, 28, 22, tzinfo=UTC), 20), ["03-29 03:30"]),
    ("an hour twice", "Europe/Berlin", at("02:30"),
     every(QUARTER, datetime(2026, 10, 24, 22, tzinfo=UTC), 20), ["10-25 02:30"]),
    ("half an hour more than others", "Asia/Tehran", at("09:00"),
     [moment(m) for m in ("05:00", "05:29", "05:30")], ["03-02 09:00"]),
    ("months without a 31st", "UTC", at("09:00", "monthly", "2025-12-31"),
     every(DAY, MARCH, 65), ["03-31 09:00", "04-30 09:00"]),
    ("a year without a 29 February", "UTC", at("09:00", "yearly", "2024-02-29"),
     every(DAY, datetime(2027, 2, 25, tzinfo=UTC), 10), ["02-28 09:00"]),
]  # fmt: skip


@pytest.mark.parametrize(("zone", "rule", "moments", "expected"), [c[1:] for c in F10], ids=[c[0] for c in F10])
def test_f10_schedules_fire_once(
    clock: DatabaseClock, zone: str, rule: Document, moments: list[datetime], expected: list[str]
) -> None:
    config = current_app.extensions["config"]
    current_app.extensions["config"] = replace(config, timezone=ZoneInfo(zone))
    clock.set(moments[0])
    live(row(rule, send("hi")))
    conversation = begin()
    for each in moments:
        clock.set(each)
        work(RUN_SCHEDULE, START_SCHEDULED)
    assert occurred() == expected
    assert [e.status for e in executions(conversation)] == ["COMPLETED"] * len(expected)


def test_f10_live_again_after_the_clock_was_turned_back_it_does_not_fire_twice(any_clock: DatabaseClock) -> None:
    workflow = going_live(any_clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    look(any_clock, "09:00")
    any_clock.set(moment("07:00"))
    workflows.pause(workflow.id, ACTOR)
    workflows.activate(workflow.id, ACTOR)
    look(any_clock, "09:00", "3 09:00")
    assert runs(conversation) == [("COMPLETED", "2 09:00"), ("COMPLETED", "3 09:00")]


def at_once(count: int, do: Callable[[], object]) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    barrier = threading.Barrier(count)

    def run() -> None:
        with app.app_context():
            barrier.wait(30)
            do()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


def run_all() -> None:
    """Does every job of schedules that is due, as the runner of one process."""
    with runner() as doing:
        for job_id in due():
            doing.execute(job_id)


def test_p12_two_processes_that_take_the_same_jobs_start_each_customer_once(any_clock: DatabaseClock) -> None:
    going_live(any_clock, "08:00", at("09:00"), send("hi"))
    who = [begin() for _ in range(3)]
    any_clock.set(moment("09:00"))
    for _ in range(3):
        at_once(2, run_all)
    assert [runs(conversation) for conversation in who] == [[("COMPLETED", "2 09:00")]] * 3


def race(clock: DatabaseClock) -> int:
    """How often one customer is started where four go at it at once, past every lease."""
    going_live(clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    clock.set(moment("09:00"))
    work(RUN_SCHEDULE)
    event_id = "schedule:1:20260302T090000Z"
    customer_id = fresh(conversation).customer_id

    def start() -> None:
        turn = Turn.of(event_id)
        assert turn is not None
        turn.start(customer_id)

    at_once(4, start)
    db.session.rollback()
    return len(executions(conversation))


def test_p12_past_the_lease_it_is_the_event_that_is_unique(any_clock: DatabaseClock) -> None:
    assert race(any_clock) == 1


def test_p12_the_race_shows_when_the_event_is_not_unique(
    any_clock: DatabaseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test above can fail."""
    monkeypatch.setattr(Turn, "event_of", lambda *_: uuid4().hex)
    assert race(any_clock) > 1


# -- whom ------------------------------------------------------------------------------------------------------------


def test_it_starts_in_the_open_conversation_that_changed_last(clock: DatabaseClock) -> None:
    first = begin()
    customer_id = fresh(first).customer_id
    second = conversations.create("test", ACTOR, customer_id=customer_id).id
    newest = conversations.create("test", ACTOR, customer_id=customer_id).id
    conversations.close(newest, ACTOR)
    alone = begin()
    conversations.close(alone, ACTOR)
    going_live(clock, "08:00", at("09:00"), send("hi"))
    look(clock, "09:00")
    assert [len(executions(each)) for each in (first, second, newest, alone)] == [0, 1, 0, 0]


def test_whens_due_at_the_same_instant_start_one_execution_in_their_order(clock: DatabaseClock) -> None:
    vip, every_one, evening = at(tags=["vip", "new"], title="vip"), at(title="all"), at("18:00", title="evening")
    says = send("hi")
    nodes = [vip, every_one, evening, says]
    clock.set(moment("08:00"))
    live(document(nodes, [connection(each, says) for each in nodes[:3]]))
    both, half = begin(), begin()
    for conversation, tags in ((both, ("vip", "new")), (half, ("vip",))):
        for name in tags:
            customers.add_tag(fresh(conversation).customer_id, name)
    look(clock, "09:00")
    assert list(outcomes(executions(both)[0])) == ["vip", "Send", "all"]
    assert list(outcomes(executions(half)[0])) == ["all", "Send"]


def test_an_occurrence_for_nobody_says_so(clock: DatabaseClock) -> None:
    going_live(clock, "08:00", at(tags=["vip"]), send("hi"))
    begin()
    look(clock, "09:00", "3 09:00")
    assert traces() == [("2 09", NOBODY), ("3 09", NOBODY)]


def test_many_customers_are_started_page_by_page(any_clock: DatabaseClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occurrences, "PAGE", 3)
    who = [begin() for _ in range(8)]
    going_live(any_clock, "08:00", at("09:00"), send("hi"))
    look(any_clock, "09:00")
    assert [runs(each) for each in who] == [[("COMPLETED", "2 09:00")]] * 8


def test_limits_count_and_what_they_hold_back_says_why(clock: DatabaseClock) -> None:
    going_live(clock, "08:00", at("09:00"), send("hi"), max_executions=1)
    conversation = begin()
    look(clock, "09:00", "3 09:00")
    assert runs(conversation) == [("COMPLETED", "2 09:00"), ("SKIPPED", "3 09:00")]
    assert executions(conversation)[1].reason == limits.MAX_EXECUTIONS


def test_outside_its_dates_a_workflow_has_no_occurrences(clock: DatabaseClock) -> None:
    dates = {"start_date": "2026-03-03T00:00:00", "end_date": "2026-03-04T23:59:00+00:00"}
    going_live(clock, "08:00", at("09:00"), send("hi"), **dates)
    look(clock, "09:00", "3 09:00", "4 09:00", "5 09:00")
    assert occurred() == ["03-03 09:00", "03-04 09:00"]
    assert due() == []


def test_the_ai_has_no_turn_after_a_schedule(clock: DatabaseClock) -> None:
    conversation = begin()
    say(conversation)
    going_live(clock, "08:00", at("09:00"), redirect("sales"), send("hi"))
    look(clock, "09:00")
    assert fresh(conversation).unanswered_since is not None
    answer_jobs = db.session.scalars(select(Job).where(Job.kind == ANSWER_CUSTOMER)).all()
    assert [job.epoch for job in answer_jobs] == [1]


# -- late ------------------------------------------------------------------------------------------------------------


def test_p17_after_an_outage_the_last_occurrence_alone_runs(any_clock: DatabaseClock) -> None:
    going_live(any_clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    look(any_clock, "5 08:00", "5 08:00")
    assert runs(conversation) == [("COMPLETED", "4 09:00")]
    assert traces() == [("2 09", OVERTAKEN), ("3 09", OVERTAKEN)]
    look(any_clock, "5 09:00")
    assert runs(conversation)[1:] == [("COMPLETED", "5 09:00")]


def test_going_live_does_not_fire_what_lay_before(clock: DatabaseClock) -> None:
    workflow = going_live(clock, "10:00", at("09:00"), send("hi"))
    look(clock, "10:00", "23:00")
    clock.set(moment("3 10:00"))
    workflows.pause(workflow.id, ACTOR)  # before anybody looked for the work of the 3rd
    clock.set(moment("4 10:00"))
    workflows.activate(workflow.id, ACTOR)
    look(clock, "4 10:00")
    assert occurred() == ["03-03 09:00"]
    assert traces() == [("3 09", CUT_SHORT)]


def test_p17_what_came_due_before_a_pause_is_looked_at_again_and_says_why_it_does_not_run(
    clock: DatabaseClock,
) -> None:
    workflow = going_live(clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    clock.set(moment("09:05"))
    workflows.pause(workflow.id, ACTOR)
    look(clock, "09:05", "3 09:00")
    assert runs(conversation) == []
    assert traces() == [("2 09", CUT_SHORT)]
    assert due() == []


def test_p17_a_pause_reaches_an_occurrence_that_is_under_way(
    clock: DatabaseClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(occurrences, "PAGE", 1)
    who = [begin() for _ in range(3)]
    workflow = going_live(clock, "08:00", at("09:00"), send("hi"))
    clock.set(moment("09:00"))
    work(RUN_SCHEDULE)
    with runner() as doing:
        doing.execute(due()[-1])
    workflows.pause(workflow.id, ACTOR)
    look(clock, "09:01")
    assert [len(executions(each)) for each in who] == [1, 0, 0]
    assert traces() == [("2 09", CUT_SHORT)]


def test_p19_a_newer_version_s_schedule_replaces_the_old_one(clock: DatabaseClock) -> None:
    workflow = going_live(clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    clock.set(moment("08:30"))
    change(workflow, schedule_time="10:00")
    look(clock, "09:00", "10:00")
    assert runs(conversation) == [("COMPLETED", "2 10:00")]
    clock.set(moment("3 11:00"))  # nobody has looked since; the new time lies before this moment
    change(workflow, schedule_time="08:00")
    look(clock, "3 11:00", "4 08:00")
    assert occurred() == ["03-02 10:00", "03-03 10:00", "03-04 08:00"]
    assert traces() == [("3 10", CUT_SHORT)]


def test_publishing_again_loses_nothing_that_was_due(clock: DatabaseClock) -> None:
    workflow = going_live(clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    clock.set(moment("09:00"))
    change(workflow, schedule_time="09:00:00")
    work(RUN_SCHEDULE, START_SCHEDULED)
    assert runs(conversation) == [("COMPLETED", "2 09:00")]
    assert executions(conversation)[0].version.number == 2


def test_publishing_again_moves_no_schedule_without_a_first_day(clock: DatabaseClock) -> None:
    weekly = at("09:00", "weekly", day=None)
    workflow = going_live(clock, "08:00", weekly, send("hi"))
    assert workflow.live_version is not None
    first = workflow.live_version.created_at
    clock.set(first + 3 * DAY)
    change(workflow, schedule_time="09:30")
    following = schedules.upcoming(workflow.id, weekly)
    assert following is not None
    assert (following.weekday(), f"{following:%H:%M}") == (first.weekday(), "09:00")


def test_p18_a_worker_that_ends_in_the_middle_leaves_the_rest_to_another(any_clock: DatabaseClock) -> None:
    who = [begin() for _ in range(3)]
    going_live(any_clock, "08:00", at("09:00"), send("hi"))
    any_clock.set(moment("09:00"))
    work(RUN_SCHEDULE)
    ending = iter([False, True])
    held = Held.take(due()[-1], lambda: next(ending))
    assert held is not None
    occurrences.start_scheduled(held)
    assert [len(executions(each)) for each in who] == [1, 0, 0]
    held.give_back()
    work(START_SCHEDULED)
    assert [len(executions(each)) for each in who] == [1, 1, 1]


def refuse(customer_id: int) -> None:
    """The database takes no execution of that customer any more."""
    body = f"WHEN NEW.customer_id = {customer_id} BEGIN SELECT RAISE(ABORT, 'refused'); END"
    with transaction() as session:
        session.execute(text(f"CREATE TRIGGER refuse BEFORE INSERT ON executions {body}"))


def test_a_customer_at_whom_it_fails_again_and_again_does_not_stop_the_others(clock: DatabaseClock) -> None:
    who = [begin() for _ in range(3)]
    going_live(clock, "08:00", at("09:00"), send("hi"))
    refuse(fresh(who[1]).customer_id)
    clock.set(moment("09:00"))
    work(RUN_SCHEDULE)
    for hour in range(10, 18):
        clock.set(moment(f"{hour}:00"))
        run_all()
    assert [len(executions(each)) for each in who] == [1, 0, 1]
    assert [job.kind for job in db.session.scalars(select(Job).where(Job.state == DISCARDED))] == [START_SCHEDULED]


def test_p30_a_schedule_goes_on_after_a_downgrade_and_an_upgrade(any_clock: DatabaseClock) -> None:
    going_live(any_clock, "08:00", at("09:00"), send("hi"))
    conversation = begin()
    db.session.remove()
    downgrade(revision="0002")
    upgrade()
    look(any_clock, "09:00")  # of what lay before the upgrade nothing fires
    tomorrow = datetime.now(UTC).replace(hour=9, minute=0) + DAY
    any_clock.set(tomorrow)
    work()
    assert runs(conversation) == [("COMPLETED", f"{tomorrow:%-d} 09:00")]


# -- seen from outside -----------------------------------------------------------------------------------------------


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
