"""Whether a workflow would start by itself in a conversation, and why not, before it is run by hand."""

from flask import Flask

from fikoadmin.models.events import MESSAGE_RECEIVED
from fikoadmin.services.events import Incoming, receive
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import AUTHOR
from tests.web.forms import send
from tests.web.running import live
from tests.web.talking import begun, live_workflow, now_at


def asked(visitor: Visitor, conversation_id: str, workflow_id: int) -> str:
    """The page, found by the button beside the choice of the workflow."""
    at = f"/conversations/{conversation_id}"
    answer = visitor.post(f"{at}/prospect", {"workflow": str(workflow_id)}, form_at=at)
    assert answer.location == f"{at}/prospect/{workflow_id}"
    return visitor.text(answer.location)


def test_p15_expected_and_found_where_it_would_not_start(office: Flask, editor: Visitor) -> None:
    workflow_id, conversation_id = live_workflow(office, "sales", "invoice"), begun(office, "good morning")
    page = asked(editor, conversation_id, workflow_id)
    assert "It would not start" in page
    words = [page.index(word) for word in ("no keyword is in the message", "invoice", "good morning</bdi>")]
    assert words == sorted(words)
    assert "This version was published after" not in page


def test_where_it_would_start_and_what_happened(office: Flask, editor: Visitor) -> None:
    conversation_id = begun(office, "an invoice, please")
    workflow_id = live_workflow(office, "sales", "invoice")
    page = asked(editor, conversation_id, workflow_id)
    assert "It would start" in page
    assert "This version was published after the customer's last message came" in page
    assert f'href="/executions?workflow={workflow_id}&amp;conversation={conversation_id}"' in page


def test_what_holds_it_back(office: Flask, editor: Visitor) -> None:
    word = made.unique("once")
    limited = live(office, made.row(made.when(word), made.note("x"), max_executions=1))
    conversation_id = begun(office, word)
    page = asked(editor, conversation_id, limited)
    assert "It would not start" in page
    assert "the customer has had the most executions of this workflow" in page


def test_a_question_takes_the_next_message(office: Flask, editor: Visitor) -> None:
    word = made.unique("ask")
    live(office, made.row(made.when(word), made.node("waiting", "Ask", customer_message="Your name?")))
    conversation_id = begun(office, word)
    page = asked(editor, conversation_id, live(office, made.row(made.when(), made.note("x"))))
    assert "the next message goes to it and starts nothing else" in page


def test_nothing_was_written_yet_and_it_is_run_from_here(office: Flask, editor: Visitor) -> None:
    workflow_id, conversation_id = live_workflow(office, "billing", "invoice"), begun(office)
    page = asked(editor, conversation_id, workflow_id)
    assert "The customer has written nothing here yet." in page
    here = f"/conversations/{conversation_id}"
    assert send(editor, f"{here}/prospect/{workflow_id}", f"{here}/trigger").status_code == 303
    assert now_at(office, conversation_id).destination == "billing"


def test_p23_what_the_page_showed_may_be_stale(office: Flask, editor: Visitor) -> None:
    workflow_id, conversation_id = live_workflow(office, "billing", "invoice"), begun(office)
    here = f"/conversations/{conversation_id}"
    form = {"workflow": str(workflow_id), "epoch": "0"}
    assert editor.post(f"{here}/trigger", form, form_at=f"{here}/prospect/{workflow_id}").status_code == 409


def test_it_is_read_by_viewers_and_only_of_live_workflows(office: Flask, reader: Visitor) -> None:
    workflow_id, conversation_id = live_workflow(office, "billing", "invoice"), begun(office)
    here = f"/conversations/{conversation_id}/prospect"
    assert "Run it now" not in reader.text(f"{here}/{workflow_id}")
    assert reader.get(f"{here}/{10**30}").status_code == 404
    assert reader.get(f"/conversations/nobody/prospect/{workflow_id}").status_code == 404


def test_an_event_says_what_its_list_lacks(office: Flask, reader: Visitor) -> None:
    conversation_id = begun(office, "hello")
    with office.app_context():
        incoming = Incoming(MESSAGE_RECEIVED, conversation_id, None, None, {"content": "again"})
        event_id = receive(incoming, AUTHOR).event_id
    assert "A workflow that is missing here was not live" in reader.text(f"/events/{event_id}")
