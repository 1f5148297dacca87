"""Chips, moments and words, which remember what they once made: never one for another."""

from datetime import UTC, datetime

import pytest
from flask import Flask, render_template_string
from markupsafe import Markup

from fikoadmin.web.chips import chip, destination_name, status_chip
from fikoadmin.web.language import gettext, page_direction
from fikoadmin.web.pieces import code, moment, written
from fikoadmin.web.workflows.derived import derived
from tests.contract import documents as made
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


def test_what_fills_a_text_of_a_template_is_escaped(gallery: Flask) -> None:
    text = '{{ _("Tick %(name)s", name=name) }}{{ ngettext("%(count)s day", "%(count)s days", 2, count=name) }}'
    with gallery.test_request_context():
        assert "<b>" not in render_template_string(text, name=TYPED)


def test_what_follows_from_a_draft_is_worked_out_anew_once_it_says_something_else() -> None:
    start, note = made.when("help"), made.send("Bye", "Last")
    before = {**made.document([start, note], [made.connection(start, note)])}
    exported_later = before | {"export_metadata": before["export_metadata"] | {"exported_at": "2030-01-01T00:00:00Z"}}
    after = {**made.document([start, note], [])}
    assert derived(before) is derived(exported_later)
    assert len(derived(before).outline.numbers) == len(derived(after).outline.numbers) == 2
    assert not derived(before).outline.astray
    assert derived(after).outline.astray
    assert derived(before).digest != derived(after).digest
