"""Many executions are cancelled or run again at once, from a list that is looked at first."""

import pytest
from flask import Flask

from fikoadmin.models.jobs import BULK_OPERATION
from tests.contract import documents as made
from tests.scenes import work
from tests.web.browsing import Visitor, statements_for
from tests.web.running import copies, live, newest, ran
from tests.web.talking import begun


def listed(visitor: Visitor, *chosen: str, **fields: str) -> str:
    """The address of the page of a list that was made of those."""
    sent = {"chosen": list(chosen), "query": "", **fields}
    answer = visitor.post("/executions/bulk", sent, form_at="/executions")
    assert answer.status_code == 303
    return answer.location


def test_p27_ticked_executions_are_looked_at_then_cancelled(office: Flask, editor: Visitor, open_one: int) -> None:
    page = listed(editor, f"{open_one}.WAITING", "nonsense")
    text = editor.text(page)
    assert [w for w in ("1 execution is on the list", "Nothing has been done yet.", "Start") if w not in text] == []
    assert editor.post(f"{page}/start", {"verb": "cancel"}, page).status_code == 303
    with office.app_context():
        work(BULK_OPERATION)
    text = editor.text(page)
    assert [w for w in ("Finished", "1 of 1", "Changed", "cancelled: ") if w not in text] == []
    assert editor.text(f"{page}/state").strip() in text
    assert f'href="{page}"' in editor.text("/executions/bulk")


def test_p27_all_that_fit_the_filters_run_again(office: Flask, editor: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("Hi")))
    first = ran(office, workflow_id, begun(office))
    page = listed(editor, query=f"workflow={workflow_id}&status=COMPLETED&period=hour", all="yes")
    assert editor.post(f"{page}/start", {"verb": "retry"}, page).status_code == 303
    with office.app_context():
        work(BULK_OPERATION)
    again = newest(office, workflow_id)
    assert again.retry_of_id == first
    assert f'href="/executions/{again.id}"' in editor.text(page)


def test_p29_a_list_of_nothing_and_a_list_for_nothing_are_refused(editor: Visitor, open_one: int) -> None:
    answer = editor.post("/executions/bulk", {"query": "status=WAITING&conversation=x"}, form_at="/executions")
    assert (answer.status_code, "Choose at least one execution." in answer.text) == (422, True)
    assert 'value="x"' in answer.text
    page = listed(editor, f"{open_one}.WAITING")
    answer = editor.post(f"{page}/start", {"verb": "delete"}, page)
    assert (answer.status_code, "Choose what is done with them." in answer.text) == (422, True)


def test_a_list_of_executions_is_started_once_and_can_be_cancelled(editor: Visitor, open_one: int) -> None:
    page = listed(editor, f"{open_one}.WAITING")
    for verb, expected in (("start", 303), ("start", 409), ("cancel", 303), ("cancel", 409)):
        assert editor.post(f"{page}/{verb}", {"verb": "cancel"}, page).status_code == expected, verb
    assert "the list was cancelled before its turn" in editor.text(page)


@pytest.mark.parametrize("verb", ["start", "cancel"])
def test_bulk_verbs_are_for_operators_with_their_token(
    editor: Visitor, reader: Visitor, open_one: int, verb: str
) -> None:
    page = listed(editor, f"{open_one}.WAITING")
    assert editor.get(f"{page}/{verb}").status_code == 405
    assert editor.client.post(f"{page}/{verb}", data={"verb": "cancel"}).status_code == 400
    assert reader.post(f"{page}/{verb}", {"verb": "cancel"}, page).status_code == 403
    assert "Nothing has been done yet." in reader.text(page)
    assert editor.get("/executions/bulk/" + "9" * 19).status_code == 404


def test_y6_the_page_of_a_list_takes_as_many_queries_for_60_rows_as_for_2(office: Flask, editor: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("Hi")))
    first = ran(office, workflow_id, begun(office))
    seen = []
    for more in (1, 58):
        copies(office, first, more)
        seen.append(statements_for(editor, listed(editor, query=f"workflow={workflow_id}", all="yes")))
    assert seen[0] == seen[1] <= 7
