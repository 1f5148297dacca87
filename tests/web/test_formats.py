"""Numbers, moments and stored values as readers of either language see them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from fikoadmin.ai import NO_MODEL
from fikoadmin.models.conversations import NOT_ACTIVE, OWNER_CHANGED
from fikoadmin.outbound.smtp import RECIPIENT, REFUSED
from fikoadmin.web import formats, labels
from fikoadmin.web.dates import read_day
from tests.web.gallery_app import gallery_app

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@contextmanager
def reading(language: str, filters: str = "") -> Iterator[None]:
    with gallery_app().test_request_context(f"/?language={language}{filters}"):
        yield


@pytest.mark.parametrize(("language", "expected"), [("en", "22 Nov 2026, 15:30"), ("fa", "۱ آذر ۱۴۰۵، ۱۵:۳۰")])
def test_a_moment_is_local_and_in_the_readers_calendar(language: str, expected: str) -> None:
    with reading(language):
        assert formats.format_datetime(NOON) == expected


def test_a_moment_without_a_zone_is_utc() -> None:
    with reading("en"):
        assert formats.format_datetime(NOON.replace(tzinfo=None)) == formats.format_datetime(NOON)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 3, 20, 21, 0, tzinfo=UTC), "۱ فروردین ۱۴۰۵"),
        (datetime(2026, 3, 20, 20, 0, tzinfo=UTC), "۲۹ اسفند ۱۴۰۴"),
        (datetime(2025, 3, 20, 12, 0, tzinfo=UTC), "۳۰ اسفند ۱۴۰۳"),
    ],
)
def test_the_persian_year_turns_at_local_midnight(moment: datetime, expected: str) -> None:
    with reading("fa"):
        assert formats.format_date(moment) == expected


@pytest.mark.parametrize(("language", "expected"), [("en", "-1,234.5"), ("fa", "−۱٬۲۳۴٫۵")])
def test_numbers_have_the_readers_digits_and_separators(language: str, expected: str) -> None:
    with reading(language):
        assert formats.format_number(-1234.5) == expected


@pytest.mark.parametrize(
    ("age", "english", "persian"),
    [
        (timedelta(seconds=20), "just now", "همین الان"),
        (timedelta(minutes=1), "1 minute ago", "۱ دقیقه پیش"),
        (timedelta(hours=5), "5 hours ago", "۵ ساعت پیش"),
        (timedelta(days=-2), "in 2 days", "۲ روز دیگر"),
        (timedelta(days=30), "23 Oct 2026", "۱ آبان ۱۴۰۵"),
    ],
)
def test_how_long_ago(age: timedelta, english: str, persian: str) -> None:
    with reading("en"):
        assert formats.format_relative(NOON - age, NOON) == english
    with reading("fa"):
        assert formats.format_relative(NOON - age, NOON) == persian


def test_a_missing_moment_is_nothing() -> None:
    with reading("fa"):
        assert [f(None) for f in (formats.format_date, formats.format_clock, formats.format_datetime)] == [""] * 3


def test_a_link_to_the_next_page_keeps_the_filters() -> None:
    with reading("en", "&status=active&status=closed&after=x"):
        assert formats.query_with(after="a b") == "?language=en&status=active&status=closed&after=a+b"
        assert formats.query_with(after=None, status=None) == "?language=en"


@pytest.mark.parametrize("language", ["en", "fa"])
def test_an_unknown_value_is_shown_as_it_is(language: str) -> None:
    with reading(language):
        assert labels.label("status", "escalated") == "escalated"
        assert labels.destination_label("vip") == "vip"
        assert labels.label_reason("HTTP 502") == "HTTP 502"
        assert labels.label("status", None) == labels.label_reason("") == labels.destination_label(None) == ""


def test_one_english_word_can_be_two_persian_ones() -> None:
    with reading("fa"):
        assert (labels.label("node_type", "waiting"), labels.label("execution_status", "WAITING")) == (
            "انتظار",
            "منتظر",
        )
        assert (labels.label("status", "active"), labels.label("workflow_status", "ACTIVE")) == ("با دستیار", "فعال")


def test_every_stored_value_and_reason_has_persian() -> None:
    same = {"API"}
    with reading("fa"):
        words = [str(word) for table in labels.TABLES.values() for word in table.values()]
        words += [labels.label_reason(reason) for reason in (OWNER_CHANGED, NOT_ACTIVE, NO_MODEL)]
        words += [name for _, name in labels.destination_choices()]
        assert [word for word in words if word.isascii() and word not in same] == []


def test_a_reason_with_values_is_found_again_in_the_readers_language() -> None:
    what = RECIPIENT % {"number": 2, "count": 3}
    with reading("fa"):
        shown = labels.label_reason(REFUSED % {"what": what, "reply": "550 5.1.1"})
    assert shown == "سرور ایمیل گیرندهٔ ۲ از ۳ را نپذیرفت (550 5.1.1)"


@pytest.mark.parametrize("text", ["2026-11-22", "1405/9/1", "۱۴۰۵/۰۹/۰۱", "٢٠٢٦.١١.٢٢", " ۱۴۰۵-۹-۰۱ "])
def test_a_day_is_read_in_either_calendar_and_any_digits(text: str) -> None:
    assert read_day(text) == date(2026, 11, 22)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "1405/13/1", "1404/12/30", "1700-01-01", "9999-01-01", "1405/9", "0/0/0"]
)
def test_p29_what_is_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=rf"^({re.escape(text)}|month must be .*|day is out of range .*)$"):
        read_day(text)
