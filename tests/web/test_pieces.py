"""Chips, moments and words, which remember what they once made: never one for another."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import pytest
from flask import Flask, render_template_string, url_for
from markupsafe import Markup, escape

from fikoadmin.engine.graph import Graph
from fikoadmin.services import connections, drafts, workflows
from fikoadmin.services.stored_drafts import StoredDraft
from fikoadmin.web.chips import ai_chip, channel_chip, chip, destination_name, status_chip, workflow_chip
from fikoadmin.web.formats import format_clock, format_date
from fikoadmin.web.language import gettext, page_direction
from fikoadmin.web.pieces import code, moment, time_of_day, written
from fikoadmin.web.workflows.addresses import workflow_url
from fikoadmin.web.workflows.derived import Derived, derived
from fikoadmin.web.workflows.node_faces import faces_of
from tests.contract import documents as made
from tests.web.drafting import AUTHOR, changed_by_somebody_else, imported, node_titled
from tests.web.gallery_app import gallery_app

TYPED = "<b>&amp;"
AT = datetime(2026, 11, 22, 16, 7, tzinfo=UTC)


@pytest.fixture(scope="module")
def gallery() -> Flask:
    return gallery_app()


def test_what_was_typed_is_no_markup_whatever_was_made_before(gallery: Flask) -> None:
    with gallery.test_request_context():
        assert f"<span>{TYPED}</span>" in chip(Markup(TYPED))
        assert "<span>&lt;b&gt;&amp;amp;</span>" in chip(TYPED)
        assert "<b>" not in chip("x", title=TYPED) + destination_name(TYPED) + status_chip(TYPED, raw=True)
        assert "<b>" not in code(TYPED) + written(TYPED)


def test_a_word_is_in_the_language_of_each_reader(gallery: Flask) -> None:
    shown = []
    for language in ("en", "fa", "en"):
        with gallery.test_request_context(f"/?language={language}"):
            shown.append((status_chip("closed"), gettext("Settings"), page_direction(), moment(AT)))
    assert shown[0] == shown[2]
    assert not set(shown[0]) & set(shown[1])
    assert shown[1][2] == "rtl"


def test_a_state_is_no_markup_whatever_was_drawn_before(gallery: Flask) -> None:
    with gallery.test_request_context():
        for draw in (status_chip, destination_name, channel_chip, workflow_chip):
            draw(Markup("<i>"))
            assert "<i>" not in draw("<i>")


def test_chips_of_one_kind_are_told_apart(gallery: Flask) -> None:
    with gallery.test_request_context():
        drawn = [
            ai_chip(True),
            ai_chip(False),
            ai_chip(True, False, "x"),
            status_chip("closed"),
            workflow_chip("closed"),
        ]
        assert len(set(drawn)) == len(drawn)
        assert [ai_chip(True), ai_chip(False), ai_chip(True, False, "x")] == drawn[:3]


def test_a_minute_is_told_in_the_zone_of_its_page(gallery: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = []
    for zone in ("UTC", "Asia/Tehran", "UTC"):
        monkeypatch.setitem(gallery.config, "BABEL_DEFAULT_TIMEZONE", zone)
        with gallery.test_request_context():
            shown.append(
                (format_clock(AT), format_date(AT + timedelta(hours=5)), time_of_day(AT + timedelta(seconds=1)))
            )
    assert shown[0] == shown[2]
    assert shown[0][:2] == ("16:07", "22 Nov 2026")
    assert shown[1][:2] == ("19:37", "23 Nov 2026")


def test_what_fills_a_text_of_a_template_is_escaped(gallery: Flask) -> None:
    text = '{{ _("Tick %(name)s", name=name) }}{{ ngettext("%(count)s day", "%(count)s days", 2, count=name) }}'
    with gallery.test_request_context():
        assert "<b>" not in render_template_string(text, name=TYPED)


def test_what_follows_from_a_draft_is_worked_out_anew_once_it_says_something_else(office: Flask) -> None:
    workflow_id = imported(office, made.row(made.when("help"), made.send("Bye", "Last")))
    first, again = derived_of(office, workflow_id), derived_of(office, workflow_id)
    assert first is again
    last = node_titled(office, workflow_id, "Last")["id"]
    told = [first.digest]
    for change in ({"title": "Very last"}, {"message_content": "Hi"}, {"is_active": False}, {"position_x": 7.5}):
        changed_by_somebody_else(office, workflow_id, last, **change)
        told.append(derived_of(office, workflow_id).digest)
    with office.app_context():
        drafts.describe(workflow_id, "Other", {}, AUTHOR)
        told.append(derived_of(office, workflow_id).digest)
        (connection,) = workflows.found(workflow_id).connections
        connections.lead(workflow_id, connection.id, None, AUTHOR)
    cut = derived_of(office, workflow_id)
    assert len({*told, cut.digest}) == 7
    assert len(first.outline.numbers) == len(cut.outline.numbers) == 2
    assert (bool(first.outline.astray), bool(cut.outline.astray)) == (False, True)


def derived_of(office: Flask, workflow_id: int) -> Derived:
    """Of the draft as it is now."""
    with office.app_context():
        return derived(StoredDraft.of(workflows.found(workflow_id)))


def test_what_is_shown_of_a_node_is_in_the_language_of_each_reader_and_no_markup(gallery: Flask) -> None:
    graph, shown = Graph(made.row(made.when(TYPED), made.send(TYPED, TYPED), made.note(TYPED, " "))), []
    for language in ("en", "fa", "en"):
        with gallery.test_request_context(f"/?language={language}"):
            shown.append(
                [(face.type, face.name, face.title, face.sentence) for face in faces_of(graph, language).values()]
            )
    assert shown[0] == shown[2]
    for english, persian in zip(shown[0], shown[1], strict=True):
        assert not {*english[:2], english[3]} & {*persian[:2], persian[3]}
    for _, name, title, sentence in shown[0] + shown[1]:
        assert TYPED not in title + sentence
        assert title in (name, escape(TYPED), "When")


def test_an_address_is_what_url_for_says_wherever_the_app_is_mounted(office: Flask) -> None:
    asked: list[tuple[str, dict[str, Any]]] = [("show", {}), ("limits", {}), ("show_part", {"part": "graph"})]
    asked += [("drawing", {"flow": "down"}), ("drawing", {})]
    for root in ("/", "/fiko", "/"):
        with office.test_request_context("/", base_url=f"http://localhost{root}"):
            for (name, values), id_ in product(asked, (7, 2**63 - 1)):
                expected = url_for(f"workflows.{name}", workflow_id=id_, **values)
                assert workflow_url(name, id_, **values) == expected
