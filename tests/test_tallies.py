"""Y10: counts come from totals and what is not in them yet; a recount proves them. On both databases: each has its
own way to lock and to tell the time.
"""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs.periodic import count_once, recount
from fikoadmin.models import tallies
from fikoadmin.models.actors import Actor
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.executions import Execution
from fikoadmin.models.history import ConversationEvent
from fikoadmin.models.tallies import TO_AI, TO_PEOPLE, Total
from fikoadmin.seeds import seed_demo
from fikoadmin.services import conversations

AUTHOR = Actor("command")
A_DAY = timedelta(days=1)


def counted() -> dict[tuple[str, bool], int]:
    return {(each.status, each.ai_enabled): each.count for each in tallies.standings()}


def actual() -> dict[tuple[str, bool], int]:
    owned = Conversation.status, Conversation.ai_enabled
    rows = db.session.execute(select(*owned, func.count()).group_by(*owned))
    return {(status, flag): count for status, flag, count in rows}


def begun(count: int) -> list[str]:
    return [conversations.create("test", AUTHOR, customer={"first_name": "Ada"}).id for _ in range(count)]


def happened() -> Counter[str]:
    found: Counter[str] = Counter()
    for (name, _quarter), amount in tallies.happened(now() - A_DAY).items():
        found[name] += amount
    return found


def test_y10_counts_are_right_before_and_after_they_are_folded(inside_any: Flask) -> None:
    seed_demo()
    assert counted() == actual()
    before = happened()
    count_once()
    assert not tallies.is_anything_uncounted()
    assert (counted(), happened()) == (actual(), before)
    conversations.redirect(begun(2)[0], "sales", AUTHOR)
    assert counted() == actual()
    assert happened()[TO_PEOPLE] == before[TO_PEOPLE] + 1


def test_y10_redirects_and_ends_are_counted_by_what_they_are(inside_any: Flask) -> None:
    seed_demo()
    count_once()
    kinds = select(ConversationEvent.new_destination == "ai", func.count()).where(ConversationEvent.kind == "redirect")
    expected = {TO_AI if ai else TO_PEOPLE: n for ai, n in db.session.execute(kinds.group_by(text("1")))}
    ends = select(Execution.status, func.count()).where(Execution.finished_at.is_not(None)).group_by(Execution.status)
    expected |= {tallies.ENDED + status: n for status, n in db.session.execute(ends)}
    assert happened() == expected


def test_y10_folding_leaves_nothing_to_read_but_the_totals(inside_any: Flask) -> None:
    ids = begun(3)
    for destination in ("sales", "ai", "support"):
        for conversation_id in ids:
            conversations.redirect(conversation_id, destination, AUTHOR)
    count_once()
    assert db.session.scalar(select(func.count()).select_from(ConversationEvent).filter_by(counted=False)) == 0
    assert db.session.scalar(select(Total.amount).filter_by(quarter=0, name="support_active off")) == 3


def test_y10_two_that_fold_at_once_add_each_change_once(inside_any: Flask) -> None:
    ids = begun(30)
    stop = threading.Event()

    def in_context(work: Callable[[], None]) -> threading.Thread:
        def run() -> None:
            with inside_any.app_context():
                work()

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def fold_on() -> None:
        while not stop.is_set():
            count_once()

    def redirect_all() -> None:
        for conversation_id in ids:
            conversations.redirect(conversation_id, "billing", AUTHOR)

    folding = [in_context(fold_on) for _ in range(2)]
    in_context(redirect_all).join()
    stop.set()
    for thread in folding:
        thread.join()
    count_once()
    assert counted() == actual() == {("support_active", False): 30}
    assert tallies.recount() == {}


def test_y10_a_recount_finds_and_mends_what_is_wrong(inside_any: Flask, caplog: pytest.LogCaptureFixture) -> None:
    begun(2)
    count_once()
    with transaction() as session:
        session.execute(text("UPDATE totals SET amount = 7 WHERE name = 'active on'"))
        session.add(Total(quarter=0, name="closed off", amount=3))
    recount()
    assert "{'active on': 5, 'closed off': 3}" in caplog.text
    assert counted() == actual()
    assert tallies.recount() == {}


def test_what_happened_long_ago_is_forgotten(inside_any: Flask) -> None:
    begun(1)
    with transaction() as session:
        old = int((now() - 40 * A_DAY).timestamp()) // tallies.QUARTER_SECONDS
        session.add(Total(quarter=old, name=TO_AI, amount=1))
        session.flush()
        tallies.forget_before(now() - 36 * A_DAY)
    assert db.session.scalar(select(func.count()).select_from(Total).where(Total.quarter > 0)) == 0
