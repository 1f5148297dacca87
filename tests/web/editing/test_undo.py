"""Every change of a draft is undone and redone, and says whose it was."""

import json

import pytest
from flask import Flask
from sqlalchemy import func, select

from fikoadmin.errors import Conflict
from fikoadmin.extensions import db
from fikoadmin.models.actors import Actor
from fikoadmin.models.audit import AuditEntry
from fikoadmin.models.drafts import KEPT, DraftChange
from fikoadmin.services import connections, draft_history, drafts, pasting, workflows
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of, id_of, imported, line_to, plain
from tests.web.forms import form_on, send

OTHER = Actor("operator", "77", "Somebody else")


def change_everything(office: Flask, workflow_id: int) -> None:
    """One of each kind of change."""
    first, second, asks, start = (id_of(office, workflow_id, t) for t in ("First", "Second", "Asks", "Start"))
    with office.app_context():
        drafts.describe(workflow_id, "Renamed", {"max_executions": 3}, AUTHOR)
        drafts.change_node(workflow_id, first, {"message_content": "other", "zz": [1]}, AUTHOR)
        drafts.add_node(workflow_id, "action", {"title": "New"}, AUTHOR, (first, "success"))
        drafts.duplicate_node(workflow_id, second, AUTHOR)
        drafts.move_node(workflow_id, second, True, AUTHOR)
        connections.connect(workflow_id, start, "success", second, AUTHOR)
        connections.add(workflow_id, start, "success", asks, AUTHOR)
        connections.move_up(workflow_id, line_to(office, workflow_id, "Asks"), AUTHOR)
        connections.lead(workflow_id, line_to(office, workflow_id, "Else"), None, AUTHOR)
        pasting.paste(workflow_id, json.dumps(made.row(made.when(), made.note("p", "Pasted"))), AUTHOR)
        drafts.arrange(workflow_id, {first: (1.0, 2.0)}, AUTHOR)
        drafts.delete_node(workflow_id, first, AUTHOR)


def test_p25_every_change_is_undone_and_redone_to_the_letter(office: Flask, editor: Visitor, fork: int) -> None:
    drawn = [plain(draft_of(office, fork))]
    change_everything(office, fork)
    with office.app_context():
        count = len(DraftChange.of(fork))
    for _ in range(count):
        drawn.append(plain(draft_of(office, fork)))
        assert send(editor, f"/workflows/{fork}", "/undo").status_code == 303
    assert plain(draft_of(office, fork)) == drawn[0]
    for expected in reversed(drawn[1:]):
        assert send(editor, f"/workflows/{fork}", "/redo").status_code == 303
        assert plain(draft_of(office, fork)) == expected


def test_p25_undo_says_whose_change_it_takes_back_and_is_itself_recorded(
    office: Flask, editor: Visitor, reader: Visitor, fork: int
) -> None:
    with office.app_context():
        drafts.change_node(fork, id_of(office, fork, "First"), {"message_content": "theirs"}, OTHER)
    said = "node changed: First (Somebody else)"
    assert f"Undo: {said}" in editor.text(f"/workflows/{fork}")
    assert "Undone: node changed: First" in editor.text(send(editor, f"/workflows/{fork}", "/undo").location)
    assert f"Redo: {said}" in editor.text(f"/workflows/{fork}")
    for visitor in (editor, reader):
        listed = visitor.text(f"/workflows/{fork}/changes")
        assert "undone" in listed
        assert "Somebody else" in listed
    with office.app_context():
        rows = db.session.scalars(select(AuditEntry).filter_by(subject_kind="workflow", subject_id=str(fork)))
        last = list(rows)[-1]
    assert editor.operator
    assert (last.action, last.actor_id) == ("undone", str(editor.operator.id))


def test_a_new_change_forgets_what_was_undone(office: Flask, fork: int) -> None:
    first = id_of(office, fork, "First")
    with office.app_context():
        drafts.change_node(fork, first, {"title": "Once"}, AUTHOR)
        draft_history.undo(fork, AUTHOR)
        drafts.change_node(fork, first, {"title": "Twice"}, AUTHOR)
        with pytest.raises(Conflict, match="nothing left"):
            draft_history.redo(fork, AUTHOR)
        assert [change.about for change in DraftChange.of(fork)] == ["Twice"]


def test_what_can_be_undone_is_bounded(office: Flask, fork: int) -> None:
    first = id_of(office, fork, "First")
    with office.app_context():
        for number in range(KEPT + 3):
            drafts.change_node(fork, first, {"title": f"T{number}"}, AUTHOR)
        assert db.session.scalar(select(func.count()).where(DraftChange.workflow_id == fork)) == KEPT
        for _ in range(KEPT):
            draft_history.undo(fork, AUTHOR)
        with pytest.raises(Conflict):
            draft_history.undo(fork, AUTHOR)
    assert id_of(office, fork, "T2") == first


def test_p22_an_undo_of_what_one_has_not_seen_is_refused(office: Flask, editor: Visitor, fork: int) -> None:
    first = id_of(office, fork, "First")
    changed_by_somebody_else(office, fork, first, message_content="one")
    form = form_on(editor.text(f"/workflows/{fork}"), "/undo")
    changed_by_somebody_else(office, fork, first, message_content="two")
    before = plain(draft_of(office, fork))
    answer = editor.client.post(form.action, data=form.sent())
    assert answer.status_code == 409
    assert "Somebody else has changed this workflow" in answer.text
    assert plain(draft_of(office, fork)) == before


def test_a_save_without_a_change_leaves_nothing_to_undo(office: Flask, fork: int) -> None:
    with office.app_context():
        drafts.change_node(fork, id_of(office, fork, "First"), {"title": "First"}, AUTHOR)
        assert DraftChange.of(fork) == []


def test_undo_works_on_the_other_database_too(pg_app: Flask) -> None:
    nodes = [made.when(title="Start"), made.send("1", "First"), made.send("2", "Second"), made.note("3", "Else")]
    asks = made.condition(title="Asks")
    lines = made.in_a_row(nodes[0], asks, nodes[1], nodes[2]) + [made.connection(asks, nodes[3], "failure")]
    workflow_id = imported(pg_app, made.document([*nodes, asks], lines))
    before = plain(draft_of(pg_app, workflow_id))
    change_everything(pg_app, workflow_id)
    after = plain(draft_of(pg_app, workflow_id))
    with pg_app.app_context():
        for verb in (draft_history.undo, draft_history.redo):
            for _ in range(len(DraftChange.of(workflow_id))):
                verb(workflow_id, AUTHOR)
            assert plain(workflows.export(workflow_id)) == (before if verb is draft_history.undo else after)
