"""The list of executions: their ways in words, the filters in the address, the pages it goes on by."""

from datetime import timedelta

import pytest
from flask import Flask

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models.executions import Execution
from fikoadmin.models.pages import Page
from fikoadmin.web.executions.overview import Filters
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.forms import form_on
from tests.web.running import copies, live, ran
from tests.web.talking import begun


def test_the_list_has_the_path_in_words(forked: int, reader: Visitor) -> None:
    page = reader.text("/executions")
    row = page[page.index(f'href="/executions/{forked}"') :]
    words = [row.index(word) for word in ("Completed", "Started by hand", "Start</bdi>", "Regular?", "To Support")]
    assert words == sorted(words)
    assert "To Sales" not in row[: row.index("</tr>")]


def test_filters_are_in_the_address(office: Flask, reader: Visitor) -> None:
    first, second = (live(office, made.by_hand(made.send("Hi"))) for _ in range(2))
    one, other = begun(office), begun(office)
    wanted, elsewhere, another = ran(office, first, one), ran(office, first, other), ran(office, second, one)
    page = reader.text(f"/executions?workflow={first}&conversation={one}&status=COMPLETED&period=hour")
    assert f'"/executions/{wanted}"' in page
    assert f'"/executions/{elsewhere}"' not in page
    assert f'"/executions/{another}"' not in page
    form = form_on(page, "/executions")
    assert form.values.to_dict() == {
        "workflow": str(first), "status": "COMPLETED", "period": "hour", "conversation": one
    }  # fmt: skip


@pytest.mark.parametrize(
    "query",
    ["status=WAITING&workflow=0", "conversation=nobody", "conversation=%00", f"workflow={10**30}", "workflow=x"],
)
def test_a_filter_that_nothing_fits_says_so(forked: int, reader: Visitor, query: str) -> None:
    assert "No execution fits these filters" in reader.text(f"/executions?{query}")


def test_a_period_ends_the_list_at_its_beginning(office: Flask, reader: Visitor) -> None:
    workflow_id, conversation_id = live(office, made.by_hand(made.send("Hi"))), begun(office)
    old, new = (ran(office, workflow_id, conversation_id) for _ in range(2))
    with office.app_context(), transaction():
        db.session.get_one(Execution, old).started_at = now() - timedelta(days=3)
    today, week = (reader.text(f"/executions?workflow={workflow_id}&period={each}") for each in ("day", "week"))
    assert f'"/executions/{new}"' in today
    assert f'"/executions/{old}"' not in today
    assert f'"/executions/{old}"' in week


def test_the_list_goes_on_page_by_page(office: Flask, reader: Visitor) -> None:
    workflow_id, conversation_id = live(office, made.by_hand(made.send("Hi"))), begun(office)
    first = ran(office, workflow_id, conversation_id)
    copies(office, first, 60)
    page = reader.text(f"/executions?workflow={workflow_id}")
    assert page.count('<th scope="row">') == 50
    following = reader.text(f"/executions?workflow={workflow_id}&after={first + 11}")
    assert f"after={first + 11}" in page
    assert following.count('<th scope="row">') == 11
    assert reader.get("/executions?after=x").status_code == 422


def test_an_empty_list_says_what_makes_executions(office: Flask) -> None:
    template = office.jinja_env.get_template("executions/_rows.html")
    with office.test_request_context("/executions"):
        text = template.render(page=Page([], None), filters=Filters(None, None, None, None))
    assert "No executions yet" in text
