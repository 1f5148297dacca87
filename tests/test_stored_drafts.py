"""A draft read as its rows store it says what its objects say."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from fikoadmin.services import workflows
from fikoadmin.services.stored_drafts import StoredDraft
from tests.both_databases import on
from tests.browser.every_kind import of_every_action, of_every_question
from tests.conftest import STACKS
from tests.contract import documents as made
from tests.web.drafting import imported


@pytest.fixture(scope="module", params=STACKS)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from on(request.param, request, tmp_path_factory.mktemp("drafts"))


def strange() -> dict[str, Any]:
    """With what this release has no column for, and what a column gives back otherwise than it took it."""
    start, last = made.when("سلام"), made.redirect("ai", "«\u2028'\"") | {"later": {"a": [1, None, 2.5, "\\u0001"]}}
    start |= {"position_x": -0.5, "position_y": 1e9, "is_active": False}
    way = made.connection(start, last, condition=made.guard("user.id", "equals", "é"), weight=1.0)
    return made.document([start, last], [way], max_executions=3, start_date="2026-01-01T00:00:00Z") | {"later": {}}


@pytest.mark.parametrize(
    "document",
    [strange(), of_every_action("سلام", "https://example.org"), of_every_question("پرسش"), made.document([], [])],
    ids=["strange", "actions", "questions", "empty"],
)
def test_a_stored_draft_is_the_draft(app: Flask, document: dict[str, Any]) -> None:
    workflow_id = imported(app, document)
    with app.app_context():
        workflow = workflows.found(workflow_id)
        stored, drafted = StoredDraft.of(workflow), workflows.draft(workflow)
        assert stored == StoredDraft.of(workflow)
    assert _as_text(stored.document()) == _as_text(drafted)


def _as_text(document: dict[str, Any]) -> str:
    """Order counts too: it is that of the pages; when it was exported does not."""
    return json.dumps({**document, "export_metadata": {**document["export_metadata"], "exported_at": ""}})
