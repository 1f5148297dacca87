"""What operators do on the page of a conversation, and what is refused to whom."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.history import ConversationEvent
from fikoadmin.models.messages import NOTE, OPERATOR_MESSAGE, Message
from fikoadmin.services import conversations, executions
from tests.web.browsing import Visitor
from tests.web.talking import AUTHOR, act, begun, live_workflow, now_at

VERBS = {
    "redirect": {"destination": "billing"},
    "take-over": {},
    "close": {},
    "ai/off": {},
    "reply": {"content": "Good day"},
    "note": {"content": "Good day"},
    "trigger": {},
    "customer": {"content": "Good day"},
}


def changes(fiko: Flask, conversation_id: str) -> list[tuple[str, str, str]]:
    with fiko.app_context():
        rows = select(ConversationEvent).filter_by(conversation_id=conversation_id).order_by(ConversationEvent.epoch)
        return [(e.kind, e.new_destination, e.actor_label) for e in db.session.scalars(rows)]


def said(fiko: Flask, conversation_id: str, kind: str) -> list[tuple[str, str]]:
    with fiko.app_context():
        rows = select(Message).filter_by(conversation_id=conversation_id, type=kind).order_by(Message.id)
        return [(m.content, m.author_label) for m in db.session.scalars(rows)]


def test_p25_a_redirect_names_its_operator(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "redirect", destination="technical")[0] == 303
    now = now_at(fiko, conversation_id)
    assert (now.status, now.ai_enabled, now.destination, now.epoch) == ("support_active", False, "technical", 2)
    assert changes(fiko, conversation_id)[-1] == ("redirect", "technical", "Sara Ahmadi")
    assert "Sara Ahmadi" in operator.text(f"/conversations/{conversation_id}/strip")


def test_taking_over_is_for_the_operators_department(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "take-over")[0] == 303
    assert changes(fiko, conversation_id)[-1] == ("take_over", "sales", "Sara Ahmadi")


def test_the_ai_is_switched_off_and_on_again(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "ai/off")[0] == 303
    assert act(operator, conversation_id, "ai/on", epoch=2)[0] == 303
    assert [kind for kind, _, _ in changes(fiko, conversation_id)] == ["create", "silence", "enable"]


def test_the_ai_cannot_be_switched_on_where_people_are(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    act(operator, conversation_id, "take-over")
    status, text = act(operator, conversation_id, "ai/on", epoch=2)
    assert (status, "conversation is not active" in text) == (409, True)


def test_a_conversation_is_closed(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "close")[0] == 303
    assert now_at(fiko, conversation_id).status == "closed"


def test_p08_a_reply_takes_the_conversation_over(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello")
    assert "Reply and take over" in operator.text(f"/conversations/{conversation_id}")
    assert act(operator, conversation_id, "reply", content=" Good\r\nday ")[0] == 303
    assert said(fiko, conversation_id, OPERATOR_MESSAGE) == [("Good\nday", "Sara Ahmadi")]
    now = now_at(fiko, conversation_id)
    assert (now.status, now.destination, now.unanswered_since) == ("support_active", "sales", None)
    assert "Reply and take over" not in operator.text(f"/conversations/{conversation_id}")


def test_a_note_stays_among_operators_and_moves_nobody(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, "hello")
    assert act(operator, conversation_id, "note", content="Look at the order")[0] == 303
    assert said(fiko, conversation_id, NOTE) == [("Look at the order", "Sara Ahmadi")]
    assert now_at(fiko, conversation_id).epoch == 1


def test_a_workflow_runs_by_hand(fiko: Flask, operator: Visitor) -> None:
    workflow_id = live_workflow(fiko, "billing", "invoice")
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "trigger", workflow=str(workflow_id))[0] == 303
    assert now_at(fiko, conversation_id).destination == "billing"
    assert "Started by hand" in operator.text(f"/conversations/{conversation_id}")


@pytest.mark.parametrize("workflow", ["", "0", "x", "9" * 40])
def test_p29_only_a_live_workflow_can_be_chosen(fiko: Flask, operator: Visitor, workflow: str) -> None:
    live_workflow(fiko, "billing", "invoice")
    status, text = act(operator, begun(fiko), "trigger", workflow=workflow)
    assert (status, "Choose a workflow that is active." in text) == (422, True)


def test_one_plays_the_customer_of_a_test_conversation(fiko: Flask, operator: Visitor) -> None:
    live_workflow(fiko, "support", "human")
    conversation_id = begun(fiko)
    assert act(operator, conversation_id, "customer", content="A human please")[0] == 303
    now = now_at(fiko, conversation_id)
    assert (now.status, now.unanswered_since is None) == ("support_active", False)


def test_nobody_writes_in_a_real_customers_name(fiko: Flask, operator: Visitor) -> None:
    conversation_id = begun(fiko, source="web")
    assert "Write as the customer" not in operator.text(f"/conversations/{conversation_id}")
    assert act(operator, conversation_id, "customer", content="Refund me")[0] == 409
    assert said(fiko, conversation_id, "customer") == []


@pytest.mark.parametrize(
    ("verb", "typed"),
    [
        ("reply", {"content": "Typed long ago"}),
        ("redirect", {"destination": "billing"}),
        ("take-over", {}),
        ("close", {}),
        ("ai/off", {}),
    ],
)
@pytest.mark.parametrize("epoch", ["1", "", "x", "9" * 30])
def test_p23_a_stale_click_changes_nothing_and_loses_nothing(
    fiko: Flask, operator: Visitor, verb: str, typed: dict[str, str], epoch: str
) -> None:
    conversation_id = begun(fiko, "hello")
    with fiko.app_context():
        conversations.redirect(conversation_id, "technical", AUTHOR)
    address = f"/conversations/{conversation_id}"
    answer = operator.post(f"{address}/{verb}", {"epoch": epoch, **typed}, form_at=address)
    assert answer.status_code == 409
    assert "nothing was done" in answer.text
    assert 'data-epoch="2"' in answer.text
    assert typed.get("content", "") in answer.text
    if "destination" in typed:
        assert re.search(r'<option value="billing"[^>]* selected', answer.text)
    assert len(changes(fiko, conversation_id)) == 2
    assert said(fiko, conversation_id, OPERATOR_MESSAGE) == []


@pytest.mark.parametrize("verb", ["reply", "note", "customer"])
@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("", "Write something first."),
        (" \n ", "Write something first."),
        ("x" * 10_001, "At most 10,000 characters; this is 10,001."),
        ("kept\0text", "cannot be kept (NUL)"),
    ],
)
def test_p29_what_cannot_be_said_is_refused_at_the_field(
    fiko: Flask, operator: Visitor, verb: str, content: str, error: str
) -> None:
    conversation_id = begun(fiko)
    status, text = act(operator, conversation_id, verb, content=content)
    assert status == 422
    field = "customer-content" if verb == "customer" else "composer-content"
    assert re.search(rf'id="{field}-error">.*?{re.escape(error)}', text, re.DOTALL)
    assert content.strip().replace("\0", "")[:20] in text.replace("\0", "")
    assert changes(fiko, conversation_id)[1:] == []


@pytest.mark.parametrize("destination", ["", "vip", "AI", "\0"])
def test_p29_only_a_known_destination_is_accepted(fiko: Flask, operator: Visitor, destination: str) -> None:
    status, text = act(operator, begun(fiko), "redirect", destination=destination)
    assert (status, "Choose where the conversation goes." in text) == (422, True)


@pytest.mark.parametrize("verb", ["redirect", "take-over", "close", "ai/off"])
def test_a_repeated_click_is_harmless(fiko: Flask, operator: Visitor, verb: str) -> None:
    conversation_id = begun(fiko)
    answers = [act(operator, conversation_id, verb, epoch, **VERBS[verb])[0] for epoch in (1, 1, 2)]
    assert answers == [303, 409, 303]
    assert len(changes(fiko, conversation_id)) == 2


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_refuses_get(fiko: Flask, operator: Visitor, verb: str) -> None:
    assert operator.get(f"/conversations/{begun(fiko)}/{verb}").status_code == 405


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_a_verb_refuses_a_form_without_token(fiko: Flask, operator: Visitor, verb: str | None) -> None:
    address = f"/conversations/{begun(fiko)}/{verb}" if verb else "/conversations"
    assert operator.client.post(address, data={"epoch": "1", **VERBS.get(verb or "", {})}).status_code == 400


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_a_verb_refuses_a_viewer(fiko: Flask, viewer: Visitor, verb: str | None) -> None:
    conversation_id = begun(fiko)
    address = f"/conversations/{conversation_id}/{verb}" if verb else "/conversations"
    answer = viewer.post(address, {"epoch": "1", **VERBS.get(verb or "", {})}, form_at="/conversations")
    assert (answer.status_code, "Operator" in answer.text) == (403, True)
    assert now_at(fiko, conversation_id).epoch == 1


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_a_verb_sends_a_stranger_to_sign_in(fiko: Flask, verb: str | None) -> None:
    conversation_id = begun(fiko)
    address = f"/conversations/{conversation_id}/{verb}" if verb else "/conversations"
    answer = Visitor(fiko).post(address, {"epoch": "1", **VERBS.get(verb or "", {})}, form_at="/sign-in")
    assert answer.status_code in (302, 303)
    assert answer.location.startswith("/sign-in")
    assert now_at(fiko, conversation_id).epoch == 1


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "trigger"])
def test_a_verb_on_an_unknown_conversation_is_not_found(fiko: Flask, operator: Visitor, verb: str) -> None:
    answer = operator.post(f"/conversations/nowhere/{verb}", {"epoch": "1", **VERBS[verb]}, form_at="/conversations")
    assert answer.status_code == 404


def test_a_viewer_sees_everything_and_has_no_forms(fiko: Flask, viewer: Visitor) -> None:
    live_workflow(fiko, "sales", "chairs")
    conversation_id = begun(fiko, "chairs")
    page = viewer.text(f"/conversations/{conversation_id}")
    assert "Redirected to Sales" in page
    assert f"/conversations/{conversation_id}/reply" not in page
    assert "<textarea" not in page


def test_p23_a_workflow_is_not_run_on_what_the_page_no_longer_shows(fiko: Flask, operator: Visitor) -> None:
    workflow_id = live_workflow(fiko, "billing", "receipt")
    conversation_id = begun(fiko)
    act(operator, conversation_id, "take-over")
    status, text = act(operator, conversation_id, "trigger", epoch=1, workflow=str(workflow_id))
    assert (status, "nothing was done" in text) == (409, True)
    assert re.search(rf'<option selected value="{workflow_id}"', text)
    assert "Started by hand" not in text
    assert now_at(fiko, conversation_id).epoch == 2


def test_an_execution_names_the_version_that_ran(fiko: Flask, operator: Visitor) -> None:
    workflow_id = live_workflow(fiko, "sales", "never-said")
    conversation_id = begun(fiko)
    with fiko.app_context():
        executions.trigger(workflow_id, conversation_id, AUTHOR)
    assert "version 1" in operator.text(f"/conversations/{conversation_id}/timeline")
