"""The list of workflows and the order that operators give it."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import select

from bench.counting import counting
from fikoadmin.extensions import db, transaction
from fikoadmin.models.workflows import Workflow
from fikoadmin.services import workflows
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR


def names_in_order(office: Flask) -> list[str]:
    with office.app_context():
        return list(db.session.scalars(select(Workflow.name).order_by(Workflow.order, Workflow.id)))


def test_operators_set_the_order_and_a_repeat_moves_nothing(office: Flask, editor: Visitor) -> None:
    with office.app_context():
        first, second = (workflows.create(name, AUTHOR) for name in ("First", "Second"))
    sent = {"direction": "up", "order": str(second.order)}
    for _ in range(2):
        assert editor.post(f"/workflows/{second.id}/move", sent, "/workflows").status_code == 303
        assert names_in_order(office)[-2:] == ["Second", "First"]
    sent = {"direction": "down", "order": str(first.order)}
    assert editor.post(f"/workflows/{second.id}/move", sent, "/workflows").status_code == 303
    assert names_in_order(office)[-2:] == ["First", "Second"]


@pytest.mark.parametrize("database", ["office", "pg_app"])
def test_workflows_that_share_a_place_can_be_moved_too(request: pytest.FixtureRequest, database: str) -> None:
    app: Flask = request.getfixturevalue(database)
    with app.app_context():
        made_at_once = [workflows.create(name, AUTHOR).id for name in ("P", "Q", "R")]
        with transaction():
            for workflow_id in made_at_once:
                workflows.found(workflow_id).order = 10_000
        workflows.move(made_at_once[1], True, AUTHOR)
        workflows.move(made_at_once[2], False, AUTHOR)
    assert names_in_order(app)[-3:] == ["Q", "P", "R"]


def test_operators_who_move_at_once_leave_every_workflow_its_own_place(pg_app: Flask) -> None:
    with pg_app.app_context():
        ids = [workflows.create(f"W{number}", AUTHOR).id for number in range(5)]
        workflows.move(ids[0], False, AUTHOR)  # the first change ever makes the row that all later ones lock

    def move_about(seed: int) -> None:
        with pg_app.app_context():
            for step in range(10):
                workflows.move(ids[(seed + step) % 5], bool((seed + step) % 2), AUTHOR)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(move_about, range(4)))
    with pg_app.app_context():
        orders = db.session.scalars(select(Workflow.order)).all()
    assert sorted(orders) == [1, 2, 3, 4, 5]


def test_the_queries_of_the_list_do_not_grow_and_it_goes_on_by_pages(office: Flask, editor: Visitor) -> None:
    with office.app_context():
        for number in range(51):
            workflows.create(f"W{number}", AUTHOR)
    with counting() as counted:
        page = editor.text("/workflows")
    assert len(counted.statements) == 2, counted.statements
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following
    assert "W50" in editor.text(f"/workflows{following[1]}")


@pytest.mark.parametrize("address", ["/workflows?after=x", "/workflows?after=1.%00"])
def test_p29_a_broken_cursor_is_told(editor: Visitor, address: str) -> None:
    assert editor.get(address).status_code == 422
