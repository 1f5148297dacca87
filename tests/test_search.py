"""Which conversations filters and words lead to, the same on both databases."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, event, select, text, update

from fikoadmin.extensions import db, transaction
from fikoadmin.models import pages, searches
from fikoadmin.models.customers import Customer
from fikoadmin.models.jobs import KEEP_WORDS, Job
from fikoadmin.models.messages import Message
from fikoadmin.models.searches import Filters
from fikoadmin.services import conversations
from tests.both_databases import on
from tests.conftest import STACKS
from tests.scenes import ACTOR, say, work

Found = dict[str, str]


@pytest.fixture(scope="module", params=STACKS)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from on(request.param, request, tmp_path_factory.mktemp("installation"))


@pytest.fixture(scope="module")
def ids(installation: Flask) -> Found:
    """Conversation ids by first name; each has said one thing."""
    said = {
        "Sara": "I want a blue lamp",
        "علی": "سلام، قیمت می‌خواهم ۱۲۳",
        "Omid": "LAMP_post or lamps?",
    }
    with installation.app_context():
        return {name: began(name, content) for name, content in said.items()}


@pytest.fixture
def people(installation: Flask, ids: Found) -> Iterator[Found]:
    with installation.app_context():
        yield ids


def began(name: str, content: str, *tags: str) -> str:
    customer = {"first_name": name, "email": f"{len(name)}x@example.org", "tags": list(tags)}
    made = conversations.create("test", ACTOR, customer=customer)
    say(made.id, content)
    return made.id


def listed(**filters: object) -> list[str]:
    """First names, those that changed last first."""
    chosen = searches.chosen(Filters(**filters))  # type: ignore[arg-type]
    return [one.customer.first_name for one in pages.listed(chosen.conditions).items]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("lamp", ["Omid", "Sara"]),
        ("LAMPS", ["Omid"]),
        ("blue la", ["Sara"]),
        ("blue nothing", []),
        ("قیمت", ["علی"]),
        ("ميخواهم", ["علی"]),
        ("123", ["علی"]),
        ("علي", ["علی"]),
        ("sara", ["Sara"]),
        ("3x@example.org", ["علی"]),
        ('"; drop table', []),
        ("it's' & | !(:*", []),
        ("?!", []),
    ],
)
def test_words_lead_to_who_said_them_or_is_called_so(people: Found, typed: str, found: list[str]) -> None:
    assert listed(text=typed) == found


def test_an_id_leads_to_its_conversation(people: Found) -> None:
    assert listed(text=people["علی"]) == ["علی"]


def test_words_go_with_other_filters(people: Found) -> None:
    assert listed(text="lamp", destination="ai", source="test", unanswered=True, ai_enabled=True) == ["Omid", "Sara"]
    assert listed(text="lamp", destination="billing") == []


def test_what_changes_is_found_as_it_is_now(people: Found) -> None:
    began("Pari", "a carpet"), began("Nima", "a carpet, too")
    with transaction() as session:
        session.scalars(select(Customer).filter_by(first_name="Pari")).one().first_name = "Zahra"
        session.execute(delete(Message).where(Message.content == "a carpet, too"))
    assert (listed(text="pari"), listed(text="zahra"), listed(text="carpet")) == ([], ["Zahra"], ["Zahra"])


def test_what_another_release_wrote_is_found_after_a_job(people: Found) -> None:
    with transaction() as session:
        for table in (Message, Customer):
            session.execute(update(table).values(words=None))
        Job.queue(KEEP_WORDS, "")
    assert listed(text="lamp") == []
    work(KEEP_WORDS)
    assert (listed(text="lamp"), listed(text="omid")) == (["Omid", "Sara"], ["Omid"])


def test_a_search_looks_at_the_newest_places_and_says_so(people: Found, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "PLACES", 1)
    chosen = searches.chosen(Filters(text="lamp"))
    assert chosen.is_cut
    assert [one.customer.first_name for one in pages.listed(chosen.conditions).items] == ["Omid"]


@pytest.mark.parametrize("places", [1, 500])
def test_a_tag_is_met_whether_it_is_rare_or_not(people: Found, monkeypatch: pytest.MonkeyPatch, places: int) -> None:
    monkeypatch.setattr(searches, "PLACES", places)
    vip, old = f"vip{places}", f"old{places}"
    for name, tags in (("Ada", [vip]), ("Bea", [vip, old]), ("Cem", [])):
        began(name, f"hello{places}", *tags)
    assert (listed(tag=vip), listed(tag=old), listed(tag="none")) == (["Bea", "Ada"], ["Bea"], [])
    assert listed(tag=old, text=f"hello{places}") == (["Bea"] if places > 1 else [])


@pytest.fixture
def statements(inside: Flask) -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    sent: list[tuple[str, tuple[object, ...]]] = []

    def note(*arguments: object) -> None:
        sent.append((str(arguments[2]), arguments[3]))  # type: ignore[arg-type]

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(status="active"),
        Filters(status="active", ai_enabled=True),
        Filters(status="active", ai_enabled=False),
        Filters(ai_enabled=False),
        Filters(ai_enabled=True),
        Filters(destination="ai"),
        Filters(source="web", destination="ai", ai_enabled=False),
        Filters(unanswered=True),
        Filters(unanswered=True, status="support_active"),
    ],
)
def test_y9_a_list_follows_an_index_in_its_order(
    statements: list[tuple[str, tuple[object, ...]]], filters: Filters
) -> None:
    """Without statistics, as SQLite has none: it neither reads the whole table nor sorts."""
    pages.listed(searches.chosen(filters).conditions, after="1700000000000000.zz")
    statement, values = next(each for each in statements if "JOIN customers" in each[0])
    plan = db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    steps = [str(step[3]) for step in plan]
    assert steps[0].startswith("SEARCH conversations USING INDEX")
    assert "updated_at" in steps[0]
    assert not any("TEMP B-TREE" in step for step in steps)


def test_triggers_keep_the_index_of_sqlite_whole(inside: Flask) -> None:
    began("Ada", "hello")
    with transaction() as session:
        session.execute(text("INSERT INTO search_messages (search_messages) VALUES ('integrity-check')"))
