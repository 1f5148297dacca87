"""An occurrence starts its customers once, however the clock is turned and whoever looks."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask, current_app

from fikoadmin.extensions import db
from fikoadmin.models.jobs import RUN_SCHEDULE, START_SCHEDULED
from fikoadmin.services import workflows
from fikoadmin.services.occurrences import Turn
from tests.contract.documents import Document, redirect, row, send
from tests.database_clock import DatabaseClock
from tests.scenes import ACTOR, begin, executions, fresh, live, messages, owner, work
from tests.schedules.occurring import DAY, MARCH, QUARTER, at, going_live, look, moment, occurred, run_all, runs


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
    # A thread needs the app itself; the type of what stands for it here does not know how to give it.
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
