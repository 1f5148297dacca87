"""Occurrences of schedules: F10's table of month ends and changes of clocks, and properties over all rules."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fikoadmin.engine.kinds import SCHEDULE_FREQUENCIES
from fikoadmin.engine.schedule import Rule, Timetable, next_occurrence
from tests.engine.build import node

# Changes at night, at midnight, by half an hour, by a whole day, and zones that no longer change.
ZONES = [ZoneInfo(n) for n in ("UTC", "Asia/Tehran", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia")]
BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)


def when(frequency: str | None, day: str | None, at: str | None, node_id: str = "w", **fields: Any) -> dict[str, Any]:
    schedule = {"schedule_frequency": frequency, "schedule_start_date": day, "schedule_time": at}
    return node(node_id, "when", when_type="scheduled", **schedule, **fields)


def local(zone: ZoneInfo, frequency: str, day: str, at: str, count: int) -> list[str]:
    """The first occurrences as the clocks on the wall show them."""
    moment, found = LONG_AGO, []
    for _ in range(count):
        following = next_occurrence(when(frequency, day, at), moment, zone)
        if following is None:
            break
        found.append(f"{following.astimezone(zone):%Y-%m-%d %H:%M}")
        moment = following
    return found


MONTH_ENDS = [
    ("monthly", "2026-01-31", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31"]),
    ("monthly", "2027-12-30", ["2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"]),
    ("monthly", "2026-11-15", ["2026-11-15", "2026-12-15", "2027-01-15"]),
    ("yearly", "2024-02-29", ["2024-02-29", "2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
    ("weekly", "2026-12-28", ["2026-12-28", "2027-01-04"]),
    ("daily", "2028-02-28", ["2028-02-28", "2028-02-29", "2028-03-01"]),
    ("once", "2026-02-28", ["2026-02-28"]),
]


@pytest.mark.parametrize(("frequency", "day", "days"), MONTH_ENDS)
def test_f10_months_and_years_without_that_day(frequency: str, day: str, days: list[str]) -> None:
    found = local(ZoneInfo("Asia/Tehran"), frequency, day, "09:00", len(days) + (frequency == "once"))
    assert found == [f"{day} 09:00" for day in days]


CHANGES = [
    # Berlin goes from 02:00 to 03:00 on 29 March 2026, and from 03:00 back to 02:00 on 25 October.
    ("Europe/Berlin", "2026-03-28", "02:30", ["2026-03-28 02:30", "2026-03-29 03:30", "2026-03-30 02:30"]),
    ("Europe/Berlin", "2026-10-24", "02:30", ["2026-10-24 02:30", "2026-10-25 02:30", "2026-10-26 02:30"]),
    # Iran's clocks went from 00:00 to 01:00 on 22 March 2022, back at midnight on 21 September, and never again.
    ("Asia/Tehran", "2022-03-21", "00:30", ["2022-03-21 00:30", "2022-03-22 01:30", "2022-03-23 00:30"]),
    ("Asia/Tehran", "2022-09-20", "23:30", ["2022-09-20 23:30", "2022-09-21 23:30", "2022-09-22 23:30"]),
    ("Asia/Tehran", "2026-03-21", "00:30", ["2026-03-21 00:30", "2026-03-22 00:30", "2026-03-23 00:30"]),
    # Samoa had no 30 December 2011.
    ("Pacific/Apia", "2011-12-29", "09:00", ["2011-12-29 09:00", "2011-12-31 09:00", "2012-01-01 09:00"]),
]


@pytest.mark.parametrize(("zone", "day", "at", "expected"), CHANGES)
def test_f10_clocks_are_changed(zone: str, day: str, at: str, expected: list[str]) -> None:
    assert local(ZoneInfo(zone), "daily", day, at, 3) == expected


def test_f10_of_a_time_that_comes_twice_it_is_the_first() -> None:
    found = next_occurrence(when("once", "2026-10-25", "02:30"), LONG_AGO, BERLIN)
    assert found == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


RULES = st.builds(
    Rule,
    st.sampled_from(SCHEDULE_FREQUENCIES),
    st.dates(date(2005, 1, 1), date(2030, 12, 31)),
    st.times().map(lambda at: at.replace(microsecond=0)),
    st.sampled_from(ZONES),
)
MOMENTS = st.datetimes(datetime(2004, 1, 1), datetime(2034, 1, 1), timezones=st.just(UTC))


def by_next(rule: Rule, after: datetime, until: datetime) -> list[datetime]:
    found: list[datetime] = []
    while (after := rule.next_after(after) or until) < until:
        found.append(after)
    return found


@settings(max_examples=100)
@given(RULES, MOMENTS, st.lists(st.timedeltas(timedelta(0), timedelta(days=40)), max_size=6))
def test_p16_every_occurrence_once_whenever_the_clock_looks(
    rule: Rule, begin: datetime, pauses: list[timedelta]
) -> None:
    looked, found = begin, []
    for pause in pauses:
        found += rule.last_within(looked, looked + pause, 1_000)
        looked += pause
    assert found == rule.last_within(begin, looked, 10_000)
    assert found == by_next(rule, begin, looked + timedelta(microseconds=1))
    assert all(first < second for first, second in zip(found, found[1:], strict=False))


@settings(max_examples=100)
@given(RULES, MOMENTS)
def test_each_day_that_the_rule_names_has_its_occurrence(rule: Rule, after: datetime) -> None:
    following = rule.next_after(after)
    if following is None:
        assert rule.frequency == "once"
        return
    shown = following.astimezone(rule.timezone)
    assert following > after
    assert rule.first <= shown.date()
    assert shown.date().day <= rule.first.day or rule.frequency in ("daily", "weekly") or is_shifted(rule, following)
    assert shown.time() == rule.at or is_shifted(rule, following)


def is_shifted(rule: Rule, moment: datetime) -> bool:
    """Whether its local time was left out by a change of clocks in the day before."""
    offsets = {(moment - timedelta(hours=h)).astimezone(rule.timezone).utcoffset() for h in range(26)}
    return len(offsets) > 1


def test_only_the_last_ones_are_looked_for() -> None:
    rule = Rule("daily", date(1990, 1, 1), time(9), BERLIN)
    until = datetime(2026, 11, 22, tzinfo=UTC)
    assert [m.day for m in rule.last_within(LONG_AGO, until, 3)] == [19, 20, 21]


def test_a_schedule_ends_with_the_calendar() -> None:
    rule = Rule("yearly", date(9998, 6, 1), time(9), BERLIN)
    assert rule.next_after(datetime(9999, 1, 1, tzinfo=UTC)) == datetime(9999, 6, 1, 7, tzinfo=UTC)
    assert rule.next_after(datetime(9999, 12, 1, tzinfo=UTC)) is None


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
INCOMPLETE = [(None, "2026-01-01", "09:00"), ("daily", "2026-01-01", None), ("once", None, "09:00")]


@pytest.mark.parametrize("fields", INCOMPLETE)
def test_an_incomplete_rule_never_comes_due(fields: tuple[Any, Any, Any]) -> None:
    assert next_occurrence(when(*fields), NOON, BERLIN) is None


def test_a_rule_without_a_first_day_counts_from_the_first_publication() -> None:
    monday, tuesday = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert next_occurrence(when("weekly", None, "09:00"), NOON, ZoneInfo("UTC"), since=monday) == monday
    assert next_occurrence(when("weekly", None, "09:00"), monday, ZoneInfo("UTC"), since=tuesday) == tuesday


def test_dates_of_other_systems_are_read_in_the_installation_s_zone() -> None:
    tehran = ZoneInfo("Asia/Tehran")
    found = next_occurrence(when("once", "2026-11-22T22:00:00+00:00", "09:00:30.5+00:00"), NOON, tehran)
    assert found == datetime(2026, 11, 23, 9, 0, 30, tzinfo=tehran)


def timetable(*nodes: dict[str, Any], start: str | None = None, end: str | None = None) -> Timetable:
    limits = {"start_date": start, "end_date": end}
    return Timetable({"workflow": limits, "nodes": nodes, "connections": []}, ZoneInfo("UTC"), LONG_AGO)


def due(table: Timetable, after: str, until: str, most: int = 100) -> list[tuple[str, list[str], list[str]]]:
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (after, until))
    return [(f"{d.moment:%d %H}", d.starts, d.overtaken) for d in table.within(begin, end, most)]


def test_whens_that_come_due_together_start_together() -> None:
    daily, weekly = when("daily", None, "09:00", "a"), when("weekly", "2026-11-23", "09:00", "b")
    table = timetable(daily, weekly, when("daily", None, "09:00", "off", is_active=False), node("m", "when"))
    assert due(table, "2026-11-23", "2026-11-23T10:00") == [("23 09", ["a", "b"], [])]
    monday, tuesday = datetime(2026, 11, 23, 9, tzinfo=UTC), datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert table.at(monday, monday) == ["a", "b"]
    assert table.at(monday, tuesday) == ["b"]
    assert table.at(tuesday, monday) == ["a"]
    assert not timetable(node("m", "when"))


def test_p17_of_each_rule_the_last_missed_occurrence_alone_starts() -> None:
    table = timetable(when("daily", None, "09:00", "a"), when("weekly", "2026-11-23", "09:00", "b"))
    found = due(table, "2026-11-22", "2026-11-24T12:00")
    assert found == [("22 09", [], ["a"]), ("23 09", ["b"], ["a"]), ("24 09", ["a"], [])]


def test_p17_the_traces_of_what_was_missed_are_bounded() -> None:
    table = timetable(when("daily", None, "09:00", "a"), when("daily", None, "17:00", "b"))
    found = due(table, "2020-01-01", "2026-11-24T12:00", most=3)
    assert [(moment, starts) for moment, starts, _ in found] == [
        ("22 09", []), ("22 17", []), ("23 09", []), ("23 17", ["b"]), ("24 09", ["a"])
    ]  # fmt: skip


def test_the_start_and_the_end_date_hold() -> None:
    table = timetable(when("daily", None, "09:00"), start="2026-11-20T09:00:00", end="2026-11-22T09:00:00+00:00")
    found = due(table, "2026-11-01", "2026-12-01")
    assert [moment for moment, _, _ in found] == ["20 09", "21 09", "22 09"]
    assert table.next_after(LONG_AGO) == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert table.next_after(datetime(2026, 11, 22, 9, tzinfo=UTC)) is None
