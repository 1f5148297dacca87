"""What operators do with executions: cancel, retry in four ways, and what becomes of open ones at publishing."""

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.errors import Conflict
from fikoadmin.extensions import db
from fikoadmin.models.events import Event
from fikoadmin.models.executions import Execution
from fikoadmin.models.workflows import Workflow
from fikoadmin.services import customers, drafts, executions, why, workflows
from tests import scenes
from tests.contract.documents import (
    Document,
    action,
    condition,
    connection,
    document,
    node,
    redirect,
    row,
    send,
    tag,
    when,
)
from tests.scenes import ACTOR, begin, fresh, let_time_pass, live, messages, outcomes, say, work


def delay() -> Document:
    return action("delay", "Delay", delay_amount=1, delay_unit="hours")


def ask() -> Document:
    return node("waiting", "Ask", customer_message="Name?", response_timeout_amount=5)


def execution(conversation: str) -> Execution:
    db.session.rollback()
    return scenes.executions(conversation)[-1]


def failing() -> tuple[Workflow, Document, str]:
    """A workflow whose last step fails, with that node, and a conversation where it did."""
    broken = send("{{user.email}}", "Broken")
    workflow = live(row(when("go"), ask(), tag("before", "Before"), broken))
    conversation = begin()
    say(conversation, "go")
    say(conversation, "Ada")
    assert execution(conversation).status == "FAILED"
    return workflow, broken, conversation


def mend(workflow: Workflow, new_text: str = "Hello {{answers.Ask}}") -> None:
    """Corrects the draft's last node and publishes it."""
    broken = next(n for n in workflows.found(workflow.id).nodes if n.title == "Broken")
    drafts.change_node(workflow.id, broken.id, {"message_content": new_text}, ACTOR)
    workflows.activate(workflow.id, ACTOR)


def test_a_retry_on_the_same_version_fails_the_same_way(inside: Flask) -> None:
    _workflow, _broken, conversation = failing()
    again = executions.retry(execution(conversation).id, ACTOR, from_failed=True)
    assert (again.status, again.reason, list(outcomes(again))) == ("FAILED", "the message is empty", ["Broken"])


def test_a_retry_on_the_live_version_goes_on_from_what_failed_with_the_answers(inside: Flask) -> None:
    workflow, _broken, conversation = failing()
    failed = execution(conversation)
    mend(workflow)
    again = executions.retry(failed.id, ACTOR, on_live=True, from_failed=True)
    assert (again.status, again.retry_of_id, again.version.number) == ("COMPLETED", failed.id, 2)
    assert messages(conversation, "marketing")[-1] == "Hello Ada"


def test_a_retry_from_the_start_asks_again(inside: Flask) -> None:
    workflow, _broken, conversation = failing()
    mend(workflow)
    again = executions.retry(execution(conversation).id, ACTOR, on_live=True)
    assert again.status == "WAITING"
    assert messages(conversation, "marketing") == ["Name?", "Name?"]


def test_a_retry_that_makes_no_sense_is_refused(inside: Flask) -> None:
    live(row(when("go"), tag("done")))
    conversation = begin()
    say(conversation, "go")
    done = execution(conversation)
    with pytest.raises(Conflict, match="no step"):
        executions.retry(done.id, ACTOR, from_failed=True)
    workflows.pause(done.workflow_id, ACTOR)
    with pytest.raises(Conflict, match="ACTIVE"):
        executions.retry(done.id, ACTOR, on_live=True)


def test_p18_a_prompt_without_a_conversation_is_a_failure_at_once(inside: Flask) -> None:
    start, asked, no = when(when_type="new_customer"), condition({"type": "ai", "prompt": "Angry?"}), tag("no", "No")
    live(document([start, asked, no], [connection(start, asked), connection(asked, no, "failure")]))
    customer, _ = customers.create({"first_name": "Ada"}, "web", None, [])
    work()
    (found,) = db.session.scalars(select(Execution).filter_by(customer_id=customer.id))
    assert (found.status, found.steps[1].reason, customer.tags) == ("COMPLETED", "no conversation", ["no"])


def test_p18_cancel_ends_every_wait_of_an_execution(inside_any: Flask) -> None:
    start = when("go")
    branches = [ask(), delay(), action("webhook", webhook_url="http://127.0.0.1:9/")]
    live(document([start, *branches], [connection(start, branch) for branch in branches]))
    conversation = begin()
    say(conversation, "go")
    cancelled = executions.cancel(execution(conversation).id, ACTOR)
    assert (cancelled.status, cancelled.reason) == ("CANCELLED", "cancelled: Sara")
    assert fresh(conversation).ai_may_reply
    let_time_pass()
    assert set(outcomes(execution(conversation)).values()) == {"passed", None}


def waiting_on_the_first_version() -> tuple[Workflow, str]:
    workflow = live(row(when("go"), ask(), tag("old", "Broken")))
    conversation = begin()
    say(conversation, "go")
    return workflow, conversation


def publish_another(workflow: Workflow, stop_older: bool) -> None:
    tagging = next(n for n in workflows.found(workflow.id).nodes if n.title == "Broken")
    drafts.change_node(workflow.id, tagging.id, {"tag_name": "new"}, ACTOR)
    workflows.activate(workflow.id, ACTOR, stop_older=stop_older)


def test_p19_what_waits_at_publishing_finishes_on_its_version(inside: Flask) -> None:
    workflow, conversation = waiting_on_the_first_version()
    publish_another(workflow, stop_older=False)
    assert executions.open_on_other_versions(workflow.id, workflow.live_version_id) == 1
    say(conversation, "Ada")
    assert fresh(conversation).customer.tags == ["old"]


def test_what_waits_at_publishing_is_stopped_where_the_operator_says_so(inside_any: Flask) -> None:
    workflow, conversation = waiting_on_the_first_version()
    publish_another(workflow, stop_older=True)
    work()
    stopped = execution(conversation)
    assert (stopped.status, stopped.reason) == ("CANCELLED", executions.STOPPED)
    assert executions.open_on_other_versions(workflow.id, workflow.live_version_id) == 0


def test_a_pause_can_stop_what_waits(inside: Flask) -> None:
    workflow, conversation = waiting_on_the_first_version()
    workflows.pause(workflow.id, ACTOR, stop_open=True)
    work()
    assert execution(conversation).status == "CANCELLED"


def test_p15_every_workflow_that_was_live_says_why_it_did_not_start(inside_any: Flask) -> None:
    started = live(row(when("go"), tag("x")))
    silent = live(row(when("stop"), redirect("sales")))
    other = live(row(when(when_type="new_customer"), redirect("sales")))
    later = live(row(when("later"), tag("y")))
    workflows.pause(later.id, ACTOR)
    receipt = say(begin(), "go")
    workflows.archive(silent.id, ACTOR)
    workflows.activate(later.id, ACTOR)
    event = db.session.get_one(Event, receipt.event_id)
    first = why.workflows_of(event, limit=2)
    rest = why.workflows_of(event, limit=2, after=first.next)
    shown = [*first.items, *rest.items]
    assert ([each.workflow_id for each in shown], rest.next) == ([started.id, silent.id, other.id], None)
    assert [bool(each.starts) for each in shown] == [True, False, False]
    (refusal,) = shown[1].refusals
    assert (refusal["reason"], refusal["expected"], refusal["actual"]) == (
        "no keyword is in the message", ["stop"], "go",
    )  # fmt: skip
    assert shown[2].refusals[0]["reason"] == "it starts on other events"


def test_p15_a_start_that_is_switched_off_says_so(inside_any: Flask) -> None:
    off, on, end = when("go", title="Off", is_active=False), when("stop"), tag("x")
    live(document([off, on, end], [connection(off, end), connection(on, end)]))
    event = db.session.get_one(Event, say(begin(), "go").event_id)
    (shown,) = why.workflows_of(event).items
    assert [refusal["reason"] for refusal in shown.refusals] == [
        "its start “Off” fits, but is switched off", "no keyword is in the message",
    ]  # fmt: skip


def test_p25_who_retried_is_on_the_event_of_the_retry(inside: Flask) -> None:
    _workflow, _broken, conversation = failing()
    again = executions.retry(execution(conversation).id, ACTOR)
    assert again.event.snapshot["actor"] == {"kind": "operator", "id": "7", "label": "Sara"}
