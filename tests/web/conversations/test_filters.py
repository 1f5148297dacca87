"""Filters are searched by and kept under a name."""

import re

import pytest
from flask import Flask

from tests.web.browsing import Visitor
from tests.web.conversations.sending import send
from tests.web.talking import begun


def test_filters_are_kept_under_a_name_and_deleted(office: Flask, reader: Visitor) -> None:
    status, location = send(reader, "/conversations/filters", {"filter_name": "Bills", "query": "q=a&status=active"})
    assert (status, location) == (303, "/conversations?q=a&status=active")
    page = reader.text(location)
    assert re.search(r'status=active" dir="auto" aria-current="true">Bills<', page)
    delete = re.search(r'action="(/conversations/filters/\d+/delete)"', page)
    assert delete
    assert send(reader, delete[1], {})[0] == 303
    assert "Bills" not in reader.text("/conversations")


@pytest.mark.parametrize(
    ("name", "query", "problem"),
    [
        ("", "status=active", "Give it a name."),
        ("n" * 61, "status=active", "at most 60 characters"),
        ("Mine", "", "Choose what to filter by first."),
        ("Mine", "after=1.a&unknown=x", "Choose what to filter by first."),
    ],
)
def test_p29_a_filter_that_cannot_be_kept_says_why(
    office: Flask, reader: Visitor, name: str, query: str, problem: str
) -> None:
    status, text = send(reader, "/conversations/filters", {"filter_name": name, "query": query})
    assert (status, problem in text, name in text) == (422, True, True)


def test_p29_a_name_is_given_once_and_to_oneself(office: Flask, reader: Visitor, editor: Visitor) -> None:
    kept = {"filter_name": "Twice", "query": "ai=off"}
    assert [send(reader, "/conversations/filters", kept)[0] for _ in range(2)] == [303, 422]
    assert "Twice" not in editor.text("/conversations")
    delete = re.search(r"/conversations/filters/\d+/delete", reader.text("/conversations?ai=off"))
    assert delete
    assert send(editor, delete[0], {})[0] == 404


@pytest.mark.parametrize("query", ["q=" + "x" * 201, "tag=a%00b", "q=%00"])
def test_p29_what_cannot_be_searched_for_is_a_clear_error(office: Flask, reader: Visitor, query: str) -> None:
    assert reader.get(f"/conversations?{query}").status_code == 422


def test_a_search_stands_in_the_address_and_in_its_field(office: Flask, reader: Visitor) -> None:
    begun(office, "a yellow submarine", name="Ringo")
    text = reader.text("/conversations?q=yellow+sub&source=test&tag=")
    assert "Ringo" in text
    assert 'value="yellow sub"' in text
    assert "words that begin with" in reader.text("/conversations?q=zeppelin")
