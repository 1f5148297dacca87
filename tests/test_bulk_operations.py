"""P27: many executions are cancelled or run again from a frozen list, one by one, and each row gets one outcome."""

from collections import Counter
from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.errors import Conflict, Invalid
from fikoadmin.extensions import db, transaction
from fikoadmin.models.accounts import Operator
from fikoadmin.models.bulk import CHANGED_MEANWHILE, WAS_CANCELLED
from fikoadmin.models.bulk_operations import BulkOperation, OperationRow
from fikoadmin.models.executions import Execution
from fikoadmin.models.held import Held, HeldJob
from fikoadmin.models.jobs import BULK_OPERATION
from fikoadmin.services import accounts, bulk_operations, executions, workflows
from fikoadmin.services.bulk_operations import HAS_ENDED, HAS_NOT_ENDED, NOT_LIVE, RETRIED
from tests.both_databases import on
from tests.conftest import STACKS
from tests.contract.documents import by_hand, never, node, row, send
from tests.scenes import ACTOR, begin, fresh, live, messages, work

Outcomes = list[tuple[str | None, str]]


@pytest.fixture(scope="module", params=STACKS)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from on(request.param, request, tmp_path_factory.mktemp("installation"))


@pytest.fixture
def sara(installation: Flask) -> Iterator[Operator]:
    with installation.app_context():
        yield Operator.by_email("sara@fiko.local") or accounts.create_operator(
            "sara@fiko.local", "Sara", "operator", "sales", "correct horse", ACTOR, "en"
        )


def asking() -> int:
    """The id of a live workflow that asks something, and so waits."""
    return live(row(never(), node("waiting", "Ask", customer_message="Your number?"))).id


def greeting() -> int:
    return live(by_hand(send("Hi"))).id


def ran(workflow_id: int) -> Execution:
    """A new execution on a conversation of its own."""
    return executions.trigger(workflow_id, begin(), ACTOR)


def done(sara: Operator, verb: str, *listed: Execution) -> BulkOperation:
    one = list_of(sara, *listed)
    bulk_operations.start(one.id, verb, sara)
    work(BULK_OPERATION)
    return one


def list_of(sara: Operator, *listed: Execution) -> BulkOperation:
    return bulk_operations.list_shown([(each.id, each.status) for each in listed], sara)


def outcomes(one: BulkOperation) -> Outcomes:
    db.session.rollback()
    rows = select(OperationRow.outcome, OperationRow.reason).filter_by(bulk_id=one.id).order_by(OperationRow.position)
    return [(outcome, reason) for outcome, reason in db.session.execute(rows)]


def now_is(execution: Execution) -> Execution:
    db.session.rollback()
    return db.session.get_one(Execution, execution.id, populate_existing=True)


def retries(execution: Execution) -> list[Execution]:
    return list(db.session.scalars(select(Execution).filter_by(retry_of_id=execution.id)))


def test_p27_cancelling_ends_those_that_wait_and_leaves_their_conversations(sara: Operator) -> None:
    waiting, ended = ran(asking()), ran(greeting())
    one = done(sara, "cancel", waiting, ended)
    assert outcomes(one) == [("changed", ""), ("skipped", HAS_ENDED)]
    assert (now_is(waiting).status, now_is(waiting).reason) == ("CANCELLED", "cancelled: Sara")
    assert fresh(str(waiting.conversation_id)).epoch == 1
    assert db.session.get_one(BulkOperation, one.id).state == "finished"


def test_p27_running_again_makes_one_new_execution_each(sara: Operator) -> None:
    ended, waiting = ran(greeting()), ran(asking())
    assert outcomes(done(sara, "retry", ended, waiting)) == [("changed", ""), ("skipped", HAS_NOT_ENDED)]
    (again,) = retries(ended)
    assert (again.status, again.version_id) == ("COMPLETED", ended.version_id)
    assert messages(str(ended.conversation_id), "marketing") == ["Hi", "Hi"]
    assert db.session.scalars(select(OperationRow.new_execution_id).filter_by(execution_id=ended.id)).all() == [
        again.id
    ]


def test_p27_what_changed_after_the_list_was_made_is_left_alone(sara: Operator) -> None:
    waiting, ended = ran(asking()), ran(greeting())
    one = list_of(sara, waiting, ended)
    executions.cancel(waiting.id, ACTOR)
    executions.retry(ended.id, ACTOR)
    bulk_operations.start(one.id, "retry", sara)
    work(BULK_OPERATION)
    assert outcomes(one) == [("skipped", CHANGED_MEANWHILE), ("skipped", RETRIED)]
    assert (len(retries(waiting)), len(retries(ended))) == (0, 1)


def test_p27_on_the_live_version_only_where_there_is_one(sara: Operator) -> None:
    kept, paused = ran(greeting()), ran(greeting())
    workflows.pause(paused.workflow_id, ACTOR)
    assert outcomes(done(sara, "retry_live", kept, paused)) == [("changed", ""), ("failed", NOT_LIVE)]


def test_p27_who_fits_later_is_not_on_the_list(sara: Operator) -> None:
    workflow_id = asking()
    first = ran(workflow_id)
    one = bulk_operations.list_fitting(sara, workflow_id=workflow_id, status="WAITING")
    later = ran(workflow_id)
    bulk_operations.start(one.id, "cancel", sara)
    work(BULK_OPERATION)
    assert (one.total, now_is(first).status, now_is(later).status) == (1, "CANCELLED", "WAITING")


def test_p27_the_rest_of_a_cancelled_list_stays_as_it_is(sara: Operator) -> None:
    waiting = ran(asking())
    one = list_of(sara, waiting)
    bulk_operations.start(one.id, "cancel", sara)
    bulk_operations.cancel(one.id, sara)
    work(BULK_OPERATION)
    assert (outcomes(one), now_is(waiting).status) == ([("skipped", WAS_CANCELLED)], "WAITING")
    with pytest.raises(Conflict):
        bulk_operations.start(one.id, "cancel", sara)


def test_p27_workers_on_one_list_run_each_again_once(sara: Operator, installation: Flask) -> None:
    workflow_id = greeting()
    listed = [ran(workflow_id) for _ in range(9)]
    one = list_of(sara, *listed)
    bulk_operations.start(one.id, "retry", sara)
    job = HeldJob(0, BULK_OPERATION, str(one.id), None, None, 1)

    def go_through() -> None:
        with installation.app_context():
            bulk_operations.operate_listed(Held(job, "", lambda: False))

    workers = [Thread(target=go_through) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(outcome for outcome, _ in outcomes(one)) == {"changed": 9}
    assert [len(retries(each)) for each in listed] == [1] * 9


def test_p27_after_the_last_try_the_rest_is_failed_with_the_reason(sara: Operator) -> None:
    one = list_of(sara, ran(asking()))
    bulk_operations.start(one.id, "cancel", sara)
    with transaction():
        bulk_operations.gave_up(HeldJob(1, BULK_OPERATION, str(one.id), None, None, 6), "unexpected error: KeyError")
    assert outcomes(one) == [("failed", "unexpected error: KeyError")]


def test_p29_a_list_of_nothing_is_not_made_and_nothing_unknown_is_done(sara: Operator) -> None:
    with pytest.raises(Invalid):
        bulk_operations.list_shown([(0, "WAITING")], sara)
    one = list_of(sara, ran(greeting()))
    with pytest.raises(Invalid):
        bulk_operations.start(one.id, "delete", sara)
    assert outcomes(one) == [(None, "")]
