"""The installation's settings are saved with their author, and the last changes are listed."""

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.audit import AuditEntry
from fikoadmin.services import settings
from tests.web.browsing import Visitor
from tests.web.settings.stored import ACTOR, stored, typed

# -- the installation's settings -----------------------------------------------------------------------------------


def test_p25_settings_are_saved_with_their_author(app: Flask, administrator: Visitor) -> None:
    changes = {"business_name": " Nika ", "first_answer": "people", "notice_support_fa": "همین الان"}
    assert administrator.post("/settings", typed(app, **changes)).status_code == 303
    assert (stored(app, "business_name"), stored(app, "first_answer")) == ("Nika", "people")
    assert stored(app, "notice.support.fa") == "همین الان"
    with app.app_context():
        entries = db.session.scalars(select(AuditEntry).filter_by(subject_kind="setting")).all()
        assert {e.subject_id: e.actor_label for e in entries} == dict.fromkeys(
            ("business_name", "first_answer", "notice.support.fa"), "Administrator"
        )


def test_a_tick_that_is_missing_switches_the_ai_off(app: Flask, administrator: Visitor) -> None:
    sent = typed(app)
    del sent["ai_switch"]
    administrator.post("/settings", sent)
    assert stored(app, "ai_switch") is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel_api_url", "ftp://example.org"),
        ("notice_sales_en", "x" * 2_001),
        ("business_name", "a\0b"),
        ("first_answer", "nobody"),
    ],
)
def test_p29_a_wrong_field_is_named_and_what_was_typed_stays(
    app: Flask, administrator: Visitor, field: str, value: str
) -> None:
    page = administrator.post("/settings", typed(app, notice_general_en="A text to keep", **{field: value}))
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert "A text to keep" in page.text
    assert stored(app, "notice.general.en") == ""


def test_the_secret_is_never_shown_and_stays_until_it_is_removed(app: Flask, administrator: Visitor) -> None:
    administrator.post("/settings", typed(app, channel_api_secret="s3cret-words"))
    assert stored(app, "channel_api_secret") == "s3cret-words"
    administrator.post("/settings", typed(app))
    assert stored(app, "channel_api_secret") == "s3cret-words"
    assert "s3cret-words" not in administrator.text("/settings") + administrator.text("/settings/changes")
    administrator.post("/settings", typed(app, remove_secret="y"))
    assert stored(app, "channel_api_secret") == ""


def test_p22_a_stale_save_is_refused_with_both_texts(app: Flask, administrator: Visitor) -> None:
    mine = typed(app, business_name="Mine")
    with app.app_context():
        settings.change("business_name", "Theirs", ACTOR)
    page = administrator.post("/settings", mine)
    assert page.status_code == 409
    assert 'value="Mine"' in page.text
    assert "Theirs" in page.text
    assert stored(app, "business_name") == "Theirs"
    administrator.post("/settings", typed(app, business_name="Mine"))
    assert stored(app, "business_name") == "Mine"


# -- changes -------------------------------------------------------------------------------------------------------


def test_p25_the_last_changes_are_listed_with_their_authors(app: Flask, administrator: Visitor) -> None:
    with app.app_context():
        settings.change_all({"ai_switch": False, "notice.sales.en": "Moment, please"}, ACTOR)
    page = administrator.text("/settings/changes")
    for text in ("The AI may answer customers", "Notice for Sales (English)", "Moment, please", "test", "Command line"):
        assert text in page
