"""Delays: rows with a due time, looked at again when it comes (P16, P17)."""

import pytest
from flask import Flask
from sqlalchemy import update

from fikoadmin.extensions import db, transaction
from fikoadmin.models.executions import Execution
from fikoadmin.models.jobs import AVAILABLE, END_WAIT, Job
from fikoadmin.models.workflows import WorkflowVersion
from fikoadmin.services import conversations, customers, workflows
from fikoadmin.services import executions as service
from tests.contract.documents import Document, action, connection, document, redirect, row, send, tag, when
from tests.scenes import ACTOR, begin, executions, fresh, let_time_pass, live, messages, outcomes, say, work


def delay(amount: int = 5, unit: str = "minutes") -> Document:
    return action("delay", "Delay", delay_amount=amount, delay_unit=unit)


def delayed(*after: Document, before: tuple[Document, ...] = ()) -> str:
    """A conversation in which a workflow waits before it goes on."""
    live(row(when("go"), *before, delay(), *after))
    conversation = begin()
    say(conversation, "go")
    assert execution(conversation).status == "WAITING"
    return conversation


def execution(conversation: str) -> Execution:
    db.session.rollback()
    return executions(conversation)[0]


def test_p16_a_delay_goes_on_when_it_is_due_and_not_before(inside_any: Flask) -> None:
    conversation = delayed(redirect("support"))
    work(END_WAIT)
    assert fresh(conversation).status == "active"
    let_time_pass()
    assert fresh(conversation).status == "support_active"
    assert outcomes(execution(conversation)) == {"When": "passed", "Delay": "changed", "Redirect": "changed"}


def test_a_delay_leaves_the_word_to_the_ai(inside: Flask) -> None:
    live(row(when("go"), delay(), send("later")))
    conversation = begin()
    assert say(conversation, "go").ai_reply == "queued"
    assert fresh(conversation).ai_may_reply


def test_p10_a_delay_that_ends_leaves_later_messages_to_their_own_executions(inside: Flask) -> None:
    conversation = delayed(tag("seen"))
    live(row(when("price"), send("It is 5.")))
    work()
    assert say(conversation, "the price?").ai_reply == "none"
    let_time_pass()
    assert execution(conversation).status == "COMPLETED"
    assert len(messages(conversation, "AI")) == 1


def test_p17_after_a_change_of_owner_what_was_delayed_is_skipped(inside: Flask) -> None:
    conversation = delayed(send("Still there?"))
    conversations.redirect(conversation, "sales", ACTOR)
    let_time_pass()
    step = execution(conversation).steps[1]
    assert (step.outcome, step.reason, execution(conversation).status) == ("skipped", "owner changed", "COMPLETED")
    assert messages(conversation, "marketing") == []


def test_its_own_change_of_owner_does_not_stop_what_is_delayed(inside: Flask) -> None:
    conversation = delayed(send("We are closed"), before=(redirect("support"),))
    let_time_pass()
    assert messages(conversation, "marketing") == ["We are closed"]


def test_p17_after_the_end_date_what_was_delayed_is_skipped(inside: Flask) -> None:
    conversation = delayed(send("On sale"))
    with transaction() as session:
        version = session.get_one(WorkflowVersion, execution(conversation).version_id)
        over = {**version.document, "workflow": {**version.document["workflow"], "end_date": "2020-01-01T00:00:00"}}
        session.execute(update(WorkflowVersion).values(document=over))
    inside.extensions["matcher"].published.cache_clear()  # no version ever changes, but in this test
    let_time_pass()
    assert execution(conversation).steps[1].reason == "the workflow's end date has passed"
    assert messages(conversation, "marketing") == []


def test_p19_a_delay_goes_on_in_the_version_that_it_began_in(inside: Flask) -> None:
    conversation = delayed(tag("old"))
    workflows.archive(execution(conversation).workflow_id, ACTOR)
    let_time_pass()
    assert fresh(conversation).customer.tags == ["old"]


def test_a_branch_that_is_delayed_does_not_hold_up_the_others(inside: Flask) -> None:
    start, pause, late, now_ = when("go"), delay(), tag("late", "Late"), tag("now", "Now")
    ways = [connection(start, pause), connection(pause, late), connection(start, now_)]
    live(document([start, pause, late, now_], ways))
    conversation = begin()
    say(conversation, "go")
    assert fresh(conversation).customer.tags == ["now"]
    let_time_pass()
    assert fresh(conversation).customer.tags == ["late", "now"]


def test_p12_a_delay_that_is_handed_out_twice_goes_on_once(inside_any: Flask) -> None:
    conversation = delayed(send("once"))
    let_time_pass()
    with transaction() as session:  # as after a restore or a broker that gives an id again
        session.execute(update(Job).where(Job.kind == END_WAIT).values(state=AVAILABLE, attempts=0))
    work()
    assert messages(conversation, "marketing") == ["once"]


@pytest.mark.parametrize("amount", [1, 366 * 24])
def test_cancelled_while_it_waits(inside: Flask, amount: int) -> None:
    live(row(when("go"), delay(amount, "hours"), send("never")))
    conversation = begin()
    say(conversation, "go")
    service.cancel(execution(conversation).id, ACTOR)
    let_time_pass()
    assert (execution(conversation).status, messages(conversation, "marketing")) == ("CANCELLED", [])


def test_a_customers_event_without_a_conversation_can_be_delayed(inside: Flask) -> None:
    live(row(when(when_type="new_customer"), delay(), tag("welcome")))
    customer, _ = customers.create({"first_name": "Ada"}, "web", "1", [])
    let_time_pass()
    db.session.rollback()
    assert db.session.get_one(type(customer), customer.id).tags == ["welcome"]
