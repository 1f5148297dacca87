"""Whom an occurrence starts, in which conversation, and what holds it back."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.jobs import ANSWER_CUSTOMER, Job
from fikoadmin.services import conversations, customers, limits, occurrences
from fikoadmin.services.occurrences import NOBODY
from tests.contract.documents import connection, document, redirect, send
from tests.database_clock import DatabaseClock
from tests.scenes import ACTOR, begin, executions, fresh, live, outcomes, say
from tests.schedules.occurring import at, due, going_live, look, moment, occurred, runs, traces


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
