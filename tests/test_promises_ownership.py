"""Promises about who owns a conversation and who may speak in it, in process, against the services.

On SQLite: each holds by what one transaction writes, which is the same code on PostgreSQL. Where two transactions meet
(P2, P5, P12) the tests in `tests/faults` run on both, and `tests/contract` tries most of these from outside on both.
"""

from typing import Any

import pytest
from sqlalchemy import func, select

from fikoadmin import destinations
from fikoadmin.errors import Conflict
from fikoadmin.extensions import db
from fikoadmin.models import events
from fikoadmin.models.conversations import ACTIVE, CLOSED, MARKETING_ACTIVE, SOURCES, SUPPORT_ACTIVE, Conversation
from fikoadmin.models.events import Event
from fikoadmin.models.jobs import JUDGE_CONDITION, Delivery
from fikoadmin.models.workflows import WorkflowVersion
from fikoadmin.services import conversations, customers, drafts, executions, settings, workflows
from tests.contract.documents import (
    Document,
    by_hand,
    condition,
    connection,
    control,
    document,
    never,
    redirect,
    row,
    send,
    tag,
    untag,
    when,
)
from tests.ownership import CLICKS, at, reply
from tests.scenes import ACTOR, begin, fresh, happen, live, messages, outcomes, owner, say, work
from tests.scenes import executions as executions_of

pytestmark = pytest.mark.usefixtures("inside")

JUDGED = {"type": "ai", "prompt": "Is the customer angry?", "value": ""}


# -- P6 ------------------------------------------------------------------------------------------------------------


ENDINGS = {
    "COMPLETED": by_hand(send("Moment")),
    "FAILED": by_hand(control("enable")),
    "CANCELLED": by_hand(condition(JUDGED)),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_p06_the_end_of_a_workflow_moves_nothing(ending: str) -> None:
    conversation = at(SUPPORT_ACTIVE)
    before = owner(conversation)
    execution = executions.trigger(live(ENDINGS[ending]).id, conversation, ACTOR)
    if ending == "CANCELLED":
        execution = executions.cancel(execution.id, ACTOR)
    assert (execution.status, owner(conversation)) == (ending, before)


def test_p06_the_last_redirect_stands_when_its_workflow_ends() -> None:
    conversation = begin()
    executions.trigger(live(by_hand(redirect("billing"), send("Moment"))).id, conversation, ACTOR)
    assert owner(conversation) == (SUPPORT_ACTIVE, False, "billing", 2)


# -- P8, P9 --------------------------------------------------------------------------------------------------------


def word_from_elsewhere(conversation: str) -> None:
    happen(events.MESSAGE_SENT, conversation, {"content": "I am Sara", "sender": "operator", "message_id": "m1"})


@pytest.mark.parametrize("place", [ACTIVE, MARKETING_ACTIVE, CLOSED])
@pytest.mark.parametrize(("word", "department"), [(reply, "technical"), (word_from_elsewhere, "support")])
def test_p08_a_human_word_takes_over(word: Any, department: str, place: str) -> None:
    conversation = at(place)
    epoch = fresh(conversation).epoch
    word(conversation)
    assert owner(conversation) == (SUPPORT_ACTIVE, False, department, epoch + 1)
    assert messages(conversation, "support") == ["I am Sara"]


@pytest.mark.parametrize("word", [reply, word_from_elsewhere])
def test_p08_word_and_take_over_are_one_transaction(word: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(*_: object) -> None:
        raise RuntimeError("the power is gone")

    conversation = begin()
    monkeypatch.setattr(Conversation, "take_over", power_cut)
    with pytest.raises(RuntimeError):
        word(conversation)
    assert (messages(conversation, "support"), owner(conversation)) == ([], (ACTIVE, True, "ai", 1))


def test_p08_a_note_and_a_word_among_people_leave_the_owner() -> None:
    conversation = begin()
    conversations.note(conversation, "Remember", ACTOR)
    assert owner(conversation) == (ACTIVE, True, "ai", 1)
    conversations.redirect(conversation, "sales", ACTOR)
    reply(conversation)
    assert owner(conversation) == (SUPPORT_ACTIVE, False, "sales", 2)


FORMS: list[Document] = [
    {"content": "yes"},
    {"content": "yes", "type": "button", "payload": "yes"},
    {"content": "", "type": "image", "url": "https://example.org/x.png"},
]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("form", FORMS, ids=["text", "button", "image"])
def test_p09_the_gate_is_blind_to_form_and_channel(form: Document, source: str) -> None:
    with_ai, with_people = begin(source), begin(source)
    conversations.redirect(with_people, "general", ACTOR)
    assert [say(c, **form).ai_reply for c in (with_ai, with_people)] == ["queued", "none"]


# -- P11 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("destination", [d.value for d in destinations.DESTINATIONS])
def test_p11_one_notice_for_each_change_of_owner(destination: str) -> None:
    settings.change(f"notice.{destination}.en", "You are in good hands", ACTOR)
    conversation = at(CLOSED)
    for _ in range(2):
        conversations.redirect(conversation, destination, ACTOR)
    assert messages(conversation, "marketing") == ["You are in good hands"]
    assert fresh(conversation).epoch == 3


def test_p11_the_notice_is_in_the_redirects_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    def power_cut(*_: object) -> None:
        raise RuntimeError("the power is gone")

    settings.change("notice.ai.en", "You are in good hands", ACTOR)
    conversation = at(SUPPORT_ACTIVE)
    monkeypatch.setattr(Conversation, "ask_ai", power_cut)  # after the notice
    with pytest.raises(RuntimeError):
        conversations.redirect(conversation, "ai", ACTOR)
    assert (messages(conversation, "marketing"), owner(conversation)[0]) == ([], SUPPORT_ACTIVE)
    assert db.session.scalar(select(func.count()).select_from(Delivery)) == 0


# -- P13, P14 ------------------------------------------------------------------------------------------------------


def test_p13_what_one_workflow_changes_is_not_seen_by_the_match_of_the_next() -> None:
    first = live(row(when("order"), tag("vip")))
    live(row(when("order", tags=["vip"]), send("For vips")))
    conversation = begin()
    say(conversation, "my order")
    assert [e.workflow_id for e in executions_of(conversation)] == [first.id]
    say(conversation, "my order")
    assert messages(conversation, "marketing") == ["For vips"]


def test_p13_in_the_operators_order() -> None:
    made = [live(row(when("order"), send(text))) for text in ("one", "two", "three")]
    conversation = begin()
    say(conversation, "my order")
    assert [e.workflow_id for e in executions_of(conversation)] == [workflow.id for workflow in made]
    assert messages(conversation, "marketing") == ["one", "two", "three"]


def on_tag(name: str, *actions: Document) -> Document:
    return row(when(when_type="add_tag", tags=[name]), *actions)


def test_p14_a_workflow_does_not_start_from_what_it_caused() -> None:
    live(on_tag("a", untag("a"), tag("a")))
    ping = live(on_tag("ping", untag("pong"), tag("pong")))
    pong = live(on_tag("pong", untag("ping"), tag("ping")))
    conversation = begin()
    customer = fresh(conversation).customer_id
    customers.add_tag(customer, "a")
    assert len(executions_of(conversation)) == 1
    customers.add_tag(customer, "ping")
    assert [e.workflow_id for e in executions_of(conversation)][1:] == [ping.id, pong.id]


def test_p14_a_chain_is_cut_and_the_cut_is_recorded() -> None:
    for number in range(12):
        live(on_tag(f"t{number}", tag(f"t{number + 1}")))
    conversation = begin()
    customers.add_tag(fresh(conversation).customer_id, "t0")
    (cut,) = db.session.scalars(select(Event).filter_by(cut=True))
    assert len(cut.chain) == 10
    assert len(executions_of(conversation)) == 10


# -- P19 -----------------------------------------------------------------------------------------------------------


def test_p19_an_execution_goes_on_with_the_version_that_it_began() -> None:
    start, judge, end = never(), condition(JUDGED, title="Angry?"), send("first", title="Say")
    links = [connection(start, judge), connection(judge, end, "failure")]
    workflow = live(document([start, judge, end], links))
    conversation = begin()
    execution = executions.trigger(workflow.id, conversation, ACTOR)
    frozen = db.session.scalar(select(WorkflowVersion.document).filter_by(number=1))
    node = next(n for n in workflow.nodes if n.node_type == "action")
    drafts.change_node(workflow.id, node.id, {"message_content": "second", "title": "Say more"}, ACTOR)
    workflows.activate(workflow.id, ACTOR)
    drafts.delete_node(workflow.id, node.id, ACTOR)
    work(JUDGE_CONDITION)
    assert messages(conversation, "marketing") == ["first"]
    (execution,) = executions_of(conversation)
    assert (execution.version.number, outcomes(execution)["Say"]) == (1, "changed")
    assert db.session.scalar(select(WorkflowVersion.document).filter_by(number=1)) == frozen


# -- P23 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("click", CLICKS)
def test_p23_a_stale_click_is_refused_with_the_present_state(click: str) -> None:
    conversation = begin()
    conversations.redirect(conversation, "billing", ACTOR)
    conversations.redirect(conversation, "ai", ACTOR)
    with pytest.raises(Conflict) as refusal:
        CLICKS[click](conversation, 1)
    assert refusal.value.members["conversation"].epoch == 3
    assert (owner(conversation), messages(conversation, "support")) == ((ACTIVE, True, "ai", 3), [])
    CLICKS[click](conversation, 3)
    assert owner(conversation)[3] == 4
