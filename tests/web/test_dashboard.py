"""The dashboard: what needs a person, counts, redirects over time. Plain rows, so SQLite; the sums are in
tests/test_tallies.py on both databases.
"""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from fikoadmin.clock import now
from fikoadmin.extensions import transaction
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.executions import FAILED, Execution
from fikoadmin.models.jobs import SEND_MESSAGES, Job
from fikoadmin.models.tallies import QUARTER_SECONDS, TO_AI, TO_PEOPLE
from fikoadmin.services import conversations, executions
from fikoadmin.web import chart
from tests.web.browsing import Visitor, signed_in_as, statements_for
from tests.web.talking import AUTHOR, begun, live_workflow


def row_of(text: str, *words: str) -> str:
    """The table row in which all those words are, without its markup."""
    rows = (re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr>.*?</tr>", text, re.DOTALL))
    return next(" ".join(row.split()) for row in rows if all(word in row for word in words))


def failed_one(app: Flask) -> int:
    """The id of an execution that failed."""
    workflow_id, conversation_id = live_workflow(app, "support", "never said"), begun(app)
    with app.app_context(), transaction() as session:
        execution = executions.trigger(workflow_id, conversation_id, AUTHOR)
        session.flush()
        session.get_one(Execution, execution.id).end(FAILED, "no conversation")
        return execution.id


def test_an_empty_installation_says_what_to_do_first(app: Flask) -> None:
    text = signed_in_as(app, "viewer").text("/")
    assert "Nothing has happened yet" in text
    assert "nothing does" in text


def test_what_needs_a_person_is_named_with_its_reason(app: Flask) -> None:
    waiting, unanswered = begun(app, "hello", name="Omid"), begun(app, "hello", name="Laleh")
    execution = failed_one(app)
    with app.app_context(), transaction() as session:
        conversations.redirect(waiting, "billing", AUTHOR)
        session.get_one(Conversation, unanswered).unanswered_reason = "AI service: HTTP 502"
    text = signed_in_as(app, "viewer").text("/")
    assert all(words in text for words in ("Omid", "Billing", "Laleh", "AI service: HTTP 502", "no conversation"))
    assert f'href="/executions/{execution}"' in text
    assert "nothing does" not in text


def test_what_failed_long_ago_needs_nobody(app: Flask) -> None:
    execution = failed_one(app)
    with app.app_context(), transaction() as session:
        session.get_one(Execution, execution).started_at = now() - timedelta(days=2)
    assert "nothing does" in signed_in_as(app, "viewer").text("/")


def test_conversations_and_executions_are_counted(app: Flask) -> None:
    ids = [begun(app) for _ in range(3)]
    failed_one(app)
    with app.app_context():
        conversations.redirect(ids[0], "sales", AUTHOR)
        conversations.set_ai(ids[1], False, AUTHOR)
    text = signed_in_as(app, "viewer").text("/")
    assert row_of(text, "Active", "AI on") == "Active AI on 1"
    assert row_of(text, "Active", "AI off") == "Active AI off 1"
    assert row_of(text, "Support active") == "Support active AI off 2"
    assert row_of(text, "Closed") == "Closed AI off 0"
    assert row_of(text, "Failed") == "Failed 1"
    assert "100%" in text
    assert "4 in all" in text


def test_a_redirect_is_in_the_table_beside_the_picture(app: Flask) -> None:
    conversation_id = begun(app)
    with app.app_context():
        for destination in ("sales", "ai", "support"):
            conversations.redirect(conversation_id, destination, AUTHOR)
    visitor = signed_in_as(app, "viewer")
    for period in ("", "?period=week", "?period=century"):
        text = visitor.text("/" + period)
        assert text.count("bar-people") == text.count("bar-ai") == 1
        assert re.search(r'<td class="end number">2</td><td class="end number">1</td></tr></tbody>', text)


def test_a_viewer_reads_it_a_stranger_is_asked_to_sign_in(app: Flask) -> None:
    assert signed_in_as(app, "viewer").get("/dashboard/now").status_code == 200
    assert Visitor(app).get("/").location.startswith("/sign-in")
    assert Visitor(app).get("/dashboard/now").status_code == 302


def test_the_live_part_is_what_the_page_holds(app: Flask) -> None:
    visitor = signed_in_as(app, "viewer")
    begun(app, "hello")
    assert visitor.text("/dashboard/now?period=week").strip() in visitor.text("/?period=week")


def test_y10_the_dashboard_costs_the_same_queries_however_much_there_is(app: Flask) -> None:
    visitor = signed_in_as(app, "viewer")

    def more(count: int) -> int:
        for _ in range(count):
            conversation_id = begun(app, "hello")
            with app.app_context():
                conversations.redirect(conversation_id, "support", AUTHOR)
        failed_one(app)
        return statements_for(visitor, "/")

    assert more(8) == more(60)


# -- the picture ---------------------------------------------------------------------------------------------------

BEGIN = datetime(2026, 3, 1, 20, 30, tzinfo=UTC)  # midnight in Tehran


def at(minutes: int) -> int:
    return int((BEGIN + timedelta(minutes=minutes)).timestamp()) // QUARTER_SECONDS


def test_each_slot_has_what_happened_in_it(app: Flask) -> None:
    starts = [BEGIN + timedelta(hours=hour) for hour in range(4)]
    happened = {(TO_PEOPLE, at(0)): 3, (TO_PEOPLE, at(45)): 1, (TO_AI, at(60)): 2, (TO_AI, at(-15)): 9}
    with app.test_request_context():
        drawn = chart.draw(starts, happened)
    assert [(bar.to_people, bar.to_ai) for bar in drawn.bars] == [(4, 0), (0, 2), (0, 0), (0, 0)]
    assert (drawn.most, drawn.to_people, drawn.to_ai) == (4, 4, 2)
    assert [(bar.up, bar.down) for bar in drawn.bars[:2]] == [(100.0, 0.0), (0.0, 50.0)]


def test_in_persian_time_goes_from_right_to_left(app: Flask) -> None:
    starts = [BEGIN + timedelta(hours=hour) for hour in range(4)]
    with app.test_request_context(), force_locale("fa"):
        places = [bar.x for bar in chart.draw(starts, {}).bars]
    assert places == sorted(places, reverse=True)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Tehran", "Asia/Kathmandu", "America/New_York"])
def test_days_and_hours_begin_where_the_reader_is(app: Flask, monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    monkeypatch.setattr(chart, "get_timezone", lambda: ZoneInfo(zone))
    with app.test_request_context():
        days, hours = chart.starts_of("week"), chart.starts_of("day")
    assert {start.astimezone(ZoneInfo(zone)).hour for start in days} == {0}
    assert {start.astimezone(ZoneInfo(zone)).minute for start in hours} == {0}
    assert all(start.timestamp() % QUARTER_SECONDS == 0 for start in days + hours)
    assert (len(days), len(hours)) == (7, 24)
    assert days[-1] <= now() < days[-1] + timedelta(hours=25)


def test_work_that_nobody_takes_up_is_said(app: Flask) -> None:
    visitor = signed_in_as(app, "viewer")
    assert "No worker takes up what is due" not in visitor.text("/")
    with app.app_context(), transaction():
        Job.queue(SEND_MESSAGES, "nobody", due_at=now() - timedelta(minutes=5))
    assert "the oldest has waited for 5 minutes" in visitor.text("/")
