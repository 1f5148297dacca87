"""The page of one execution: its steps, what they compared, and the way on the graph of its version."""

import pytest
from flask import Flask

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models.executions import Execution, Step
from fikoadmin.models.waits import Wait
from fikoadmin.services import waits, workflows
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of
from tests.web.running import live, ran
from tests.web.talking import begun


def test_each_step_says_how_it_came_out_and_what_it_compared(forked: int, reader: Visitor) -> None:
    page = reader.text(f"/executions/{forked}")
    step = page[page.index('id="step-2"') : page.index('id="step-3"')]
    for words in ("Regular?", "Passed", "Failure", "not true", "Customer: tags", "VIP", "found:", "empty"):
        assert words in step


def test_a_redirect_shows_what_was_and_what_is(forked: int, reader: Visitor) -> None:
    page = reader.text(f"/executions/{forked}")
    step = page[page.index('id="step-3"') : page.index("</ol>", page.index('id="step-3"'))]
    for before, after in (("Active", "Support active"), ("AI on", "AI off"), ("AI Assistant", "Support")):
        assert step.index(before) < step.rindex(after)


def test_the_path_is_marked_on_the_graph(forked: int, reader: Visitor) -> None:
    page = reader.text(f"/executions/{forked}")
    assert page.count("is-taken") == 2 + 1, "two connections, and the legend"
    assert 'href="#step-3"' in page
    assert page.count('class="graph-node is-aside') == 1 + 1, "To Sales, and the legend"


def test_what_was_sent_and_names_that_are_not_known(office: Flask, reader: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("<i>Hi</i> {{user.first_name}} {{user.shoe}}")))
    page = reader.text(f"/executions/{ran(office, workflow_id, begun(office, name='Leila'))}")
    assert "&lt;i&gt;Hi&lt;/i&gt; Leila" in page
    assert "These names are not known" in page
    assert "user.shoe" in page


def test_a_connection_whose_condition_held_it_back(office: Flask, reader: Visitor) -> None:
    start, end = made.never(), made.send("Gold", "For gold")
    line = made.connection(start, end, condition=made.guard("user.tags", "contains", "gold"))
    workflow_id = live(office, made.document([start, end], [line]))
    page = reader.text(f"/executions/{ran(office, workflow_id, begun(office))}")
    assert "The condition of the connection did not let it pass to: <bdi>For gold</bdi>" in page
    assert "is-taken" not in page[: page.index("graph-legend")]


def test_p19_the_graph_is_that_of_the_version_that_ran(office: Flask, editor: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("Hi", "Old title")))
    execution_id = ran(office, workflow_id, begun(office))
    node = draft_of(office, workflow_id)["nodes"][1]
    changed_by_somebody_else(office, workflow_id, node["id"], title="New title")
    with office.app_context():
        workflows.activate(workflow_id, AUTHOR)
    page = editor.text(f"/executions/{execution_id}")
    assert "Old title" in page
    assert "New title" not in page
    assert "another version is live now" in page


def test_what_is_kept_that_this_page_has_no_words_for_is_shown(office: Flask, forked: int, reader: Visitor) -> None:
    with office.app_context(), transaction():
        step = db.session.query(Step).filter_by(execution_id=forked, position=0).one()
        step.data = {"moon": {"phase": "<full>"}, "attempts": 1234}
    page = reader.text(f"/executions/{forked}")
    assert "moon" in page
    assert "&lt;full&gt;" in page


def test_many_steps_are_shown_page_by_page(office: Flask, forked: int, reader: Visitor) -> None:
    with office.app_context():
        like = db.session.get_one(Execution, forked)
        workflow_id, conversation_id = like.workflow_id, like.conversation_id
    assert conversation_id
    execution_id = ran(office, workflow_id, conversation_id)
    with office.app_context(), transaction() as session:
        for position in range(3, 230):
            session.add(Step(execution_id=execution_id, position=position, node_id="x", node_type="when", title="More"))
        node_id = session.query(Step).filter_by(execution_id=execution_id, position=2).one().node_id
        session.add(Step(execution_id=execution_id, position=230, node_id=node_id, node_type="action", title="Last"))
    page = reader.text(f"/executions/{execution_id}")
    assert page.count('<li class="run-step"') == 100
    assert f'href="/executions/{execution_id}?from=200#step-231"' in page, "the graph leads to where the step stands"
    assert reader.text(f"/executions/{execution_id}?from=200").count('<li class="run-step"') == 31


@pytest.mark.parametrize("part", ["state", "actions", "graph", "steps"])
def test_each_live_part_is_that_of_the_page(forked: int, editor: Visitor, part: str) -> None:
    fragment = editor.text(f"/executions/{forked}/{part}")
    assert fragment.count("data-live-fragment") == 1
    assert f'data-live-topic="execution:{forked}"' in fragment
    heading = "What it is" if part == "state" else {"actions": "Run it again", "graph": "The way"}.get(part, "Steps")
    assert heading in fragment


def test_the_graph_alone_leads_back_to_the_steps(forked: int, reader: Visitor) -> None:
    assert f'href="/executions/{forked}#step-3"' in reader.text(f"/executions/{forked}/drawing")


@pytest.mark.parametrize("path", ["/executions/999999", f"/executions/{10**30}", "/events/nothing", "/events/a%00b"])
def test_what_is_not_there_is_a_404(reader: Visitor, path: str) -> None:
    assert reader.get(path).status_code == 404


def test_the_conversation_leads_to_it(office: Flask, reader: Visitor) -> None:
    conversation_id = begun(office)
    execution_id = ran(office, live(office, made.by_hand(made.send("Hi"))), conversation_id)
    assert f'href="/executions/{execution_id}"' in reader.text(f"/conversations/{conversation_id}")


def test_a_call_that_is_tried_again_says_why(office: Flask, editor: Visitor) -> None:
    call = made.action("webhook", webhook_url="http://127.0.0.1/hook")
    execution_id = ran(office, live(office, made.by_hand(call)), begun(office))
    address = f"/executions/{execution_id}"
    assert "Waits for the outcome of a call" in editor.text(address)
    with office.app_context():
        (wait,) = Wait.open_of(execution_id)
        waits.attempted(wait.id, 3, "answered 503")
    page = editor.text(address)
    assert "The last attempt failed: answered 503. Another follows." in page
    assert "Attempts</dt><dd>3" in page


def test_a_moment_that_was_compared_is_told_as_everywhere(office: Flask, reader: Visitor) -> None:
    days = [made.field("user.created_at", "less", day) for day in ("2020-01-01", "0001-01-01T00:00+09:00")]
    workflow_id = live(office, made.by_hand(made.condition(*days)))
    page = reader.text(f"/executions/{ran(office, workflow_id, begun(office))}")
    assert "1 Jan 2020" in page
    assert "0001-01-01T00:00" in page
    assert f">{now():%Y-%m-%dT}" not in page, "what was found too"
