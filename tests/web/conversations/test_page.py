"""The page of one conversation: who owns it and why, and everything that happened in it."""

import re

import pytest
from flask import Flask

from fikoadmin.services import conversations
from tests.web.browsing import Visitor, signed_in_as, statements_for
from tests.web.talking import AUTHOR, act, begun, live_workflow, supersede


def test_the_strip_says_who_owns_it_and_by_what(fiko: Flask, operator: Visitor) -> None:
    live_workflow(fiko, "technical", "broken", name="Repairs")
    conversation_id = begun(fiko, "it is broken")
    strip = operator.text(f"/conversations/{conversation_id}/strip")
    words = ("support_active", "AI off", "Technical", "conversation is not active", "Repairs", "Hand over", "no mirror")
    assert [word for word in words if word not in strip] == []
    assert 'data-epoch="2"' in strip


def test_the_strip_tells_whether_the_mirror_is_in_step(pg_app: Flask) -> None:
    viewer = signed_in_as(pg_app, "viewer")
    conversation_id = begun(pg_app)
    with pg_app.app_context():
        conversations.redirect(conversation_id, "sales", AUTHOR)
    address = f"/conversations/{conversation_id}/strip"
    assert "mirror in step" in viewer.text(address)


def test_the_timeline_has_messages_changes_and_executions_in_order(fiko: Flask, operator: Visitor) -> None:
    live_workflow(fiko, "sales", "lamps", name="Buyers")
    conversation_id = begun(fiko, "I want lamps")
    act(operator, conversation_id, "note", content="A good customer")
    supersede(fiko, conversation_id, "Let me see", "owner changed")
    text = operator.text(f"/conversations/{conversation_id}/timeline").partition('class="entries"')[2]
    places = [
        text.index(words)
        for words in ("I want lamps", "Buyers", "Redirected to Sales", "A good customer", "Set aside", "Let me see")
    ]
    assert places == sorted(places)


def test_p26_what_people_wrote_is_never_markup(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "<script>alert(1)</script>\nsecond line", name="<b>Eve</b>")
    text = operator.text(f"/conversations/{conversation_id}")
    assert "<script>alert" not in text
    assert "<b>Eve" not in text
    assert 'dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;\nsecond line</div>' in text


def test_older_entries_are_behind_a_link(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, *(f"line{n}x" for n in range(70)))
    seen: list[str] = []
    address: str | None = f"/conversations/{conversation_id}"
    while address:
        text = operator.text(address)
        seen = re.findall(r"line\d+x", text[text.index('class="entries"') :]) + seen
        older = re.search(r'href="([^"]+before=[^"]+)"', text)
        address = older[1] if older else None
    assert seen == [f"line{n}x" for n in range(70)]


def test_an_older_page_is_not_replaced_by_the_newest(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello")
    text = operator.text(f"/conversations/{conversation_id}?before=1.0.0")
    assert "/timeline" not in text
    assert "To the newest" in text


@pytest.mark.parametrize("before", ["x", "1.2", "1.2.%00", "9" * 30])
def test_p29_a_place_that_is_none_is_a_clear_error(fiko: Flask, operator: Visitor, before: str) -> None:
    assert operator.get(f"/conversations/{begun(fiko)}?before={before}").status_code == 422


def test_p29_an_unknown_conversation_is_not_found(any_app: Flask) -> None:
    visitor = signed_in_as(any_app, "operator")
    for unknown in ("nowhere", "a%00b", "a.b", "a" * 300):
        for part in ("", "/strip", "/timeline", "/actions", "/about"):
            assert visitor.get(f"/conversations/{unknown}{part}").status_code == 404, unknown


def test_y6_a_page_takes_as_many_queries_for_much_as_for_little(any_app: Flask) -> None:
    viewer = signed_in_as(any_app, "operator")
    live_workflow(any_app, "sales", "buy")
    little, much = begun(any_app, "buy"), begun(any_app, *(["buy", "hello", "well?"] * 12))
    counts = [statements_for(viewer, f"/conversations/{id_}") for id_ in (little, much)]
    assert counts[0] == counts[1] <= 14


def test_the_page_in_persian_reads_from_the_right(fiko: Flask) -> None:
    operator = signed_in_as(fiko, "operator", email="persian@fiko.local")
    operator.post("/language", {"language": "fa", "next": "/"}, form_at="/conversations")
    text = operator.text(f"/conversations/{begun(fiko, 'Hello there')}")
    assert '<html lang="fa" dir="rtl">' in text
    assert all(words in text for words in ("دستیار روشن", "با دستیار", "ارجاع", "به دست گرفتن", "یادداشت داخلی"))


def test_the_parts_alone_are_those_of_the_whole_page(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello", source="web")
    whole = operator.text(f"/conversations/{conversation_id}")
    for part in ("strip", "timeline", "actions", "about"):
        fragment = operator.text(f"/conversations/{conversation_id}/{part}")
        assert fragment.strip() in whole
        assert f'data-live-fragment="/conversations/{conversation_id}/{part}"' in fragment
        assert f'data-live-topic="conversation:{conversation_id}' in fragment
        assert "csrf_token" not in fragment  # it differs each time: equal parts must not be replaced
