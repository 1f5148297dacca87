"""The Executions pages and the page of an event, as somebody without JavaScript uses them."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from fikoadmin.clock import now
from fikoadmin.extensions import db, transaction
from fikoadmin.models.executions import Execution, Step
from fikoadmin.models.jobs import BULK_OPERATION
from fikoadmin.models.pages import Page
from fikoadmin.services import executions, workflows
from fikoadmin.web.executions.overview import Filters
from tests.contract import documents as made
from tests.scenes import work
from tests.web.browsing import Visitor, statements_for
from tests.web.drafting import AUTHOR, changed_by_somebody_else, draft_of
from tests.web.forms import form_on, send
from tests.web.talking import begun

VIP = made.field("user.tags", "contains", "VIP")


def live(app: Flask, document: Mapping[str, Any]) -> int:
    """The id of a live workflow of that document."""
    with app.app_context():
        workflow, _ = workflows.import_document(json.dumps(document).encode(), AUTHOR)
        return workflows.activate(workflow.id, AUTHOR).id


def ran(app: Flask, workflow_id: int, conversation_id: str) -> int:
    """The id of a new execution, started by hand."""
    with app.app_context():
        return executions.trigger(workflow_id, conversation_id, AUTHOR).id


def execution_at(app: Flask, execution_id: int) -> Execution:
    with app.app_context():
        return db.session.get_one(Execution, execution_id)


def newest(app: Flask, workflow_id: int) -> Execution:
    with app.app_context():
        found = db.session.query(Execution).filter_by(workflow_id=workflow_id).order_by(Execution.id.desc()).first()
        assert found
        return found


def fork() -> made.Document:
    """A customer with the tag goes to Sales, any other to Support."""
    start, asks = made.never("Start"), made.condition(VIP, title="Regular?")
    sales, support = made.redirect("sales", "To Sales"), made.redirect("support", "To Support")
    lines = [made.connection(start, asks), made.connection(asks, sales), made.connection(asks, support, "failure")]
    return made.document([start, asks, sales, support], lines)


def waiting() -> made.Document:
    ask = made.node("waiting", "Ask", customer_message="Your e-mail?", storage_type="email", allowed_errors=3)
    return made.row(made.never(), ask)


@pytest.fixture(scope="module")
def forked(office: Flask) -> int:
    """An execution that went to Support, because the customer has no tag."""
    return ran(office, live(office, fork()), begun(office, "hello"))


# -- the list --------------------------------------------------------------------------------------------------------


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


def copies(app: Flask, execution_id: int, count: int) -> None:
    """So many more executions like that one, each with an event of its own."""
    with app.app_context(), transaction() as session:
        like = session.get_one(Execution, execution_id)
        event = like.event
        for _ in range(count):
            copy = type(event)(event_type=event.event_type, conversation_id=event.conversation_id)
            execution = Execution(
                workflow_id=like.workflow_id, version_id=like.version_id, event=copy, status=like.status,
                conversation_id=like.conversation_id, customer_id=like.customer_id, finished_at=now(),
            )  # fmt: skip
            execution.steps = [Step(position=0, node_id="x", node_type="when", title="Start", outcome="passed")]
            session.add(execution)


def test_an_empty_list_says_what_makes_executions(office: Flask) -> None:
    template = office.jinja_env.get_template("executions/_rows.html")
    with office.test_request_context("/executions"):
        text = template.render(page=Page([], None), filters=Filters(None, None, None, None))
    assert "No executions yet" in text


# -- one execution ---------------------------------------------------------------------------------------------------


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


# -- cancel and run again --------------------------------------------------------------------------------------------


@pytest.fixture
def open_one(office: Flask) -> int:
    """An execution that waits for the customer's answer."""
    return ran(office, live(office, waiting()), begun(office))


def test_an_open_one_says_what_it_waits_for_and_can_be_cancelled(office: Flask, editor: Visitor, open_one: int) -> None:
    page = editor.text(f"/executions/{open_one}")
    assert "Waits for the customer&#39;s answer" in page
    assert "/retry" not in page
    assert send(editor, f"/executions/{open_one}", "/cancel").status_code == 303
    assert execution_at(office, open_one).status == "CANCELLED"
    assert "Cancelled. The conversation stays as it is." in editor.text(f"/executions/{open_one}")


def test_cancelling_what_has_ended_is_refused_kindly(editor: Visitor, open_one: int) -> None:
    address = f"/executions/{open_one}"
    form = form_on(editor.text(address), "/cancel")
    assert editor.client.post(form.action, data=form.sent()).status_code == 303
    again = editor.client.post(form.action, data=form.sent())
    assert again.status_code == 409
    assert "there is nothing left to cancel" in again.text


def test_running_again_makes_an_execution_that_both_pages_name(office: Flask, editor: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("Hi")))
    execution_id = ran(office, workflow_id, begun(office))
    assert send(editor, f"/executions/{execution_id}", "/retry").status_code == 303
    again = newest(office, workflow_id)
    assert again.retry_of_id == execution_id
    assert f'href="/executions/{execution_id}"' in editor.text(f"/executions/{again.id}")
    assert f'href="/executions/{again.id}"' in editor.text(f"/executions/{execution_id}")


def test_it_can_run_again_on_the_live_version_and_from_where_it_failed(office: Flask, editor: Visitor) -> None:
    workflow_id = live(office, made.by_hand(made.send("Hi", "First"), made.send("{{user.last_name}}", "Says a name")))
    execution_id = ran(office, workflow_id, begun(office))
    assert execution_at(office, execution_id).status == "FAILED"
    node = draft_of(office, workflow_id)["nodes"][2]
    changed_by_somebody_else(office, workflow_id, node["id"], message_content="Hello")
    with office.app_context():
        workflows.activate(workflow_id, AUTHOR)
    sent = send(editor, f"/executions/{execution_id}", "/retry", **{"from": "failed", "version": "live"})
    assert sent.status_code == 303
    again = newest(office, workflow_id)
    assert again.status == "COMPLETED"
    page = editor.text(f"/executions/{again.id}")
    assert page.count('<li class="run-step"') == 1


def test_an_open_one_is_not_run_again(editor: Visitor, open_one: int) -> None:
    form = form_on(editor.text(f"/executions/{open_one}"), "/cancel")
    answer = editor.client.post(f"/executions/{open_one}/retry", data=form.sent())
    assert answer.status_code == 409
    assert "has not ended yet" in answer.text


@pytest.mark.parametrize("verb", ["cancel", "retry"])
def test_only_operators_and_only_with_their_token(editor: Visitor, reader: Visitor, open_one: int, verb: str) -> None:
    address = f"/executions/{open_one}/{verb}"
    assert reader.post(address, form_at="/executions").status_code == 403
    assert editor.client.post(address).status_code == 400
    assert editor.get(address).status_code == 405
    assert f"/{verb}" not in reader.text(f"/executions/{open_one}")


# -- an event --------------------------------------------------------------------------------------------------------


def test_p15_an_event_says_why_each_other_workflow_did_not_start(office: Flask, reader: Visitor) -> None:
    word, other = made.unique("yes"), made.unique("no")
    started = live(office, made.row(made.when(word), made.send("Hi"), name="Started"))
    live(office, made.row(made.when(other), made.send("Hi"), name="Other words"))
    live(office, made.row(made.when(word, tags=["gold"]), made.send("Hi"), name="Other tags"))
    live(office, made.row(made.when(word, channels=["telegram"]), made.send("Hi"), name="Other channel"))
    live(office, made.row(made.when(when_type="new_customer"), made.send("Hi"), name="Other event"))
    begun(office, word)
    execution = newest(office, started)
    page = reader.text(f"/events/{execution.event_id}")
    begins, others = page.split("Why the others did not start</h2>")
    assert f'href="/executions/{execution.id}"' in begins
    for name, reason, expected, found in (
        ("Other words", "no keyword is in the message", other, word),
        ("Other tags", "the customer lacks a tag", "gold", "empty"),
        ("Other channel", "another channel", "Telegram", "Test"),
        ("Other event", "it starts on other events", "A new customer", "Message received"),
    ):
        part = others[others.index(name) :]
        places = [part.index(each) for each in (reason, expected, found)]
        assert places == sorted(places), name


def test_one_that_a_limit_held_back_says_which(office: Flask, reader: Visitor) -> None:
    word = made.unique("once")
    workflow_id = live(office, made.row(made.when(word), made.send("Hi"), max_executions=1))
    begun(office, word, word)
    held_back = newest(office, workflow_id)
    assert held_back.status == "SKIPPED"
    page = reader.text(f"/events/{held_back.event_id}")
    assert "the customer has had the most executions of this workflow" in page


def test_an_event_by_hand_asked_no_other_workflow(office: Flask, forked: int, reader: Visitor) -> None:
    page = reader.text(f"/events/{execution_at(office, forked).event_id}")
    assert "Somebody ran one workflow by hand" in page


def test_a_message_leads_to_its_event(office: Flask, reader: Visitor) -> None:
    word = made.unique("talk")
    workflow_id = live(office, made.row(made.when(word), made.send("Hi")))
    conversation_id = begun(office, word)
    execution = newest(office, workflow_id)
    page = reader.text(f"/conversations/{conversation_id}")
    link = page[page.index(f"/conversations/{conversation_id}/messages/") :].partition('"')[0]
    assert reader.get(link).location == f"/events/{execution.event_id}"
    assert reader.get(f"/conversations/{conversation_id}/messages/999999/event").status_code == 404


def test_an_answer_says_which_execution_took_it(office: Flask, reader: Visitor) -> None:
    word = made.unique("ask")
    ask = made.node("waiting", "Ask", customer_message="Your name?", storage_type="text", allowed_errors=3)
    execution_at_work = live(office, made.row(made.when(word), ask))
    conversation_id = begun(office, word, "Leila")
    execution = newest(office, execution_at_work)
    page = reader.text(f"/conversations/{conversation_id}")
    links = [part.partition('"')[0] for part in page.split(f"/conversations/{conversation_id}/messages/")[1:]]
    event = reader.get(f"/conversations/{conversation_id}/messages/{links[-1]}").location
    assert event
    assert "It was taken as the answer to a question" in reader.text(event)
    assert f'href="/executions/{execution.id}"' in reader.text(event)
    assert "Leila" in reader.text(f"/executions/{execution.id}")


# -- many at once ------------------------------------------------------------------------------------------------------


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
