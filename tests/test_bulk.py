"""P27: a bulk redirect works on a frozen list, conversation by conversation, and each row gets one outcome."""

from collections import Counter
from collections.abc import Callable, Iterator
from threading import Thread

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin.errors import Conflict, Invalid
from fikoadmin.extensions import db, transaction
from fikoadmin.models import searches
from fikoadmin.models.accounts import Operator
from fikoadmin.models.bulk import CHANGED_MEANWHILE, WAS_CANCELLED, BulkRedirect, BulkRow
from fikoadmin.models.held import Held, HeldJob
from fikoadmin.models.jobs import BULK_REDIRECT, Job
from fikoadmin.models.searches import Filters
from fikoadmin.services import accounts, bulk, conversations
from tests.both_databases import on
from tests.conftest import STACKS
from tests.scenes import ACTOR, begin, fresh, history, work


@pytest.fixture(scope="module", params=STACKS)
def installation(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    yield from on(request.param, request, tmp_path_factory.mktemp("installation"))


@pytest.fixture
def sara(installation: Flask) -> Iterator[Operator]:
    with installation.app_context():
        yield Operator.by_email("sara@fiko.local") or accounts.create_operator(
            "sara@fiko.local", "Sara", "operator", "sales", "correct horse", ACTOR, "en"
        )


def list_of(sara: Operator, *ids: str) -> BulkRedirect:
    return bulk.list_shown([(id_, fresh(id_).epoch) for id_ in ids], sara)


def outcomes(one: BulkRedirect) -> list[tuple[str | None, str]]:
    db.session.rollback()
    rows = select(BulkRow.outcome, BulkRow.reason).filter_by(bulk_id=one.id).order_by(BulkRow.position)
    return [(outcome, reason) for outcome, reason in db.session.execute(rows)]


def state(one: BulkRedirect) -> str:
    db.session.rollback()
    return db.session.get_one(BulkRedirect, one.id, populate_existing=True).state


def taken(one: BulkRedirect, stopping: Callable[[], bool]) -> Held:
    """The lease on its job."""
    job_id = db.session.scalars(select(Job.id).where(Job.key == one.job_key)).one()
    held = Held.take(job_id, stopping)
    assert held
    return held


def test_p27_each_row_has_its_own_outcome(sara: Operator) -> None:
    there, changed, moved = begin(), begin(), begin()
    conversations.redirect(there, "billing", ACTOR)
    one = list_of(sara, there, changed, moved)
    conversations.redirect(moved, "sales", ACTOR)
    bulk.start(one.id, "billing", sara)
    work(BULK_REDIRECT)
    assert outcomes(one) == [("already", ""), ("changed", ""), ("skipped", CHANGED_MEANWHILE)]
    assert [fresh(id_).destination for id_ in (there, changed, moved)] == ["billing", "billing", "sales"]
    last = history(changed)[-1]
    assert (last.kind, last.actor_kind, last.actor_label, state(one)) == ("redirect", "operator", "Sara", "finished")


def test_p27_who_fits_later_is_not_on_the_list(sara: Operator) -> None:
    before = begin("web")
    one = bulk.list_fitting(searches.chosen(Filters(source="web")), sara)
    after = begin("web")
    bulk.start(one.id, "support", sara)
    work(BULK_REDIRECT)
    assert (fresh(before).destination, fresh(after).destination, one.total) == ("support", "ai", 1)


def test_p27_nothing_happens_before_it_is_started(sara: Operator) -> None:
    one = list_of(sara, begin())
    work(BULK_REDIRECT)
    assert (outcomes(one), state(one)) == ([(None, "")], "ready")


def test_p27_cancelling_leaves_alone_what_has_not_had_its_turn(sara: Operator) -> None:
    first, second = begin(), begin()
    one = list_of(sara, first, second)
    bulk.start(one.id, "billing", sara)
    looks = iter([False, False, True])
    bulk.redirect_listed(taken(one, lambda: next(looks)))
    bulk.cancel(one.id, sara)
    work(BULK_REDIRECT)
    assert outcomes(one) == [("changed", ""), ("skipped", WAS_CANCELLED)]
    assert (state(one), fresh(second).epoch) == ("cancelled", 1)


def test_p27_who_goes_on_after_a_worker_that_stopped_does_nothing_twice(sara: Operator) -> None:
    ids = [begin() for _ in range(3)]
    one = list_of(sara, *ids)
    bulk.start(one.id, "billing", sara)
    looks = iter([False, False, True])
    stopped = taken(one, lambda: next(looks))
    bulk.redirect_listed(stopped)
    stopped.give_back()
    work(BULK_REDIRECT)
    assert outcomes(one) == [("changed", "")] * 3
    assert [fresh(id_).epoch for id_ in ids] == [2, 2, 2]


def test_p27_two_workers_on_one_list_redirect_each_once(sara: Operator, installation: Flask) -> None:
    ids = [begin() for _ in range(12)]
    one = list_of(sara, *ids)
    bulk.start(one.id, "billing", sara)
    job = HeldJob(0, BULK_REDIRECT, str(one.id), None, None, 1)

    def go_through() -> None:
        with installation.app_context():
            bulk.redirect_listed(Held(job, "", lambda: False))

    workers = [Thread(target=go_through) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert Counter(outcome for outcome, _ in outcomes(one)) == {"changed": 12}
    assert {fresh(id_).epoch for id_ in ids} == {2}


def test_p27_after_the_last_try_the_rest_is_failed_with_the_reason(sara: Operator) -> None:
    one = list_of(sara, begin())
    bulk.start(one.id, "billing", sara)
    with transaction():
        bulk.gave_up(HeldJob(1, BULK_REDIRECT, str(one.id), None, None, 6), "unexpected error: KeyError")
    assert (outcomes(one), state(one)) == ([("failed", "unexpected error: KeyError")], "finished")


def test_p27_it_is_started_once_and_not_after_its_end(sara: Operator) -> None:
    one = list_of(sara, begin())
    bulk.start(one.id, "billing", sara)
    with pytest.raises(Conflict):
        bulk.start(one.id, "sales", sara)
    work(BULK_REDIRECT)
    with pytest.raises(Conflict):
        bulk.cancel(one.id, sara)


@pytest.mark.parametrize("shown", [[], [("nobody", 1)]])
def test_p29_an_empty_list_is_not_made(sara: Operator, shown: list[tuple[str, int]]) -> None:
    with pytest.raises(Invalid):
        bulk.list_shown(shown, sara)
