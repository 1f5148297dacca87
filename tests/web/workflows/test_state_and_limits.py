"""What becomes of a workflow as a whole: published, paused, archived, renamed and limited."""

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.audit import AuditEntry
from fikoadmin.services import drafts
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, id_of, workflow_at
from tests.web.forms import form_on, send


def test_it_says_how_the_draft_stands_to_what_is_live(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}"
    assert "never published" in editor.text(page)
    assert send(editor, page, "/activate").status_code == 303
    assert "version 1" in editor.text(page)
    changed_by_somebody_else(office, fork, id_of(office, fork, "People"), redirect_destination="sales")
    assert "Draft differs from live version 1" in editor.text(page)
    assert send(editor, f"{page}/publish", "/activate").status_code == 303
    assert "version 2" in editor.text(page)
    history = editor.text(f"{page}/history")
    assert history.index(">Version 2<") < history.index(">Version 1<")


def test_p22_what_one_has_not_seen_is_not_published(office: Flask, editor: Visitor, fork: int) -> None:
    form = form_on(editor.text(f"/workflows/{fork}"), "/activate")
    changed_by_somebody_else(office, fork, id_of(office, fork, "People"), redirect_destination="sales")
    answer = editor.client.post(form.action, data=form.sent())
    assert answer.status_code == 409
    assert "Somebody else has changed this workflow" in answer.text
    assert workflow_at(office, fork).status == "DRAFT"


def test_it_is_paused_archived_and_activated_again(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}"
    assert editor.post(f"{page}/pause", form_at=page).status_code == 409
    for verb, status in (("activate", "ACTIVE"), ("pause", "PAUSED"), ("archive", "ARCHIVED"), ("activate", "ACTIVE")):
        assert send(editor, page, f"/{verb}").status_code == 303
        assert workflow_at(office, fork).status == status


def test_p25_every_change_has_its_author(office: Flask, editor: Visitor, fork: int) -> None:
    node_id = id_of(office, fork, "People")
    page = f"/workflows/{fork}/nodes/{node_id}"
    assert send(editor, page, page, redirect_destination="billing").status_code == 303
    with office.app_context():
        rows = db.session.scalars(select(AuditEntry).filter_by(subject_kind="workflow", subject_id=str(fork)))
        last = list(rows)[-1]
    assert editor.operator
    assert (last.action, last.actor_kind, last.actor_id) == ("node changed", "operator", str(editor.operator.id))


LIMITS = {"name": "Other", "description": "Why", "max_executions": "۳", "delay_between_executions": "60"}
LIMITS |= {"start_date": "2026-11-22T09:30", "end_date": ""}


def test_name_and_limits_are_saved(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/limits"
    assert send(editor, page, page, **LIMITS).status_code == 303
    saved = workflow_at(office, fork)
    assert (saved.name, saved.max_executions, saved.delay_between_executions) == ("Other", 3, 60)
    assert (saved.start_date, saved.end_date) == ("2026-11-22T09:30:00", None)
    assert form_on(editor.text(page), page).values["start_date"] == "2026-11-22T09:30"


def test_dates_are_typed_and_shown_in_the_jalali_calendar_in_persian(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/limits"
    editor.post("/language", {"language": "fa"}, form_at="/workflows")
    typed = {"start_date": "۱۴۰۵/۹/۱ ۹:۳۰", "end_date": "1405-12-29 00:00"}
    assert send(editor, page, page, **typed).status_code == 303
    saved = workflow_at(office, fork)
    assert (saved.start_date, saved.end_date) == ("2026-11-22T09:30:00", "2027-03-20T00:00:00")
    assert form_on(editor.text(page), page).values["start_date"] == "۱۴۰۵/۰۹/۰۱ ۰۹:۳۰"


def test_p22_limits_that_somebody_else_has_changed_keep_both_texts(office: Flask, editor: Visitor, fork: int) -> None:
    page = f"/workflows/{fork}/limits"
    form = form_on(editor.text(page), page)
    with office.app_context():
        drafts.describe(fork, "Theirs", {}, AUTHOR)
    answer = editor.client.post(page, data=form.sent(name="Mine"))
    assert answer.status_code == 409
    assert "Theirs" in answer.text
    again = form_on(answer.text, page)
    assert again.values["name"] == "Mine"
    assert editor.client.post(page, data=again.sent()).status_code == 303
    assert workflow_at(office, fork).name == "Mine"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("name", "a\0"),
        ("max_executions", "many"),
        ("delay_between_executions", "-1"),
        ("start_date", "soon"),
        ("end_date", "0001-01-01T00:00"),
    ],
)
def test_p29_wrong_limits_are_told_at_their_field(editor: Visitor, fork: int, field: str, text: str) -> None:
    page = f"/workflows/{fork}/limits"
    answer = send(editor, page, page, **{field: text})
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
