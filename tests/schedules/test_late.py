"""What came due while nobody looked, while it was paused, or while another version went live."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, text

from fikoadmin.extensions import db, transaction
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import DISCARDED, RUN_SCHEDULE, START_SCHEDULED, Job
from fikoadmin.services import occurrences, schedules, workflows
from fikoadmin.services.occurrences import CUT_SHORT, OVERTAKEN
from tests.contract.documents import send
from tests.database_clock import DatabaseClock
from tests.scenes import ACTOR, begin, executions, fresh, runner, work
from tests.schedules.occurring import DAY, at, change, due, going_live, look, moment, occurred, run_all, runs, traces


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
