"""Schedules that go live and come due as the clock is set, and what they started."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from fikoadmin.extensions import db, transaction
from fikoadmin.models.events import SCHEDULED, Event
from fikoadmin.models.executions import Execution
from fikoadmin.models.jobs import AVAILABLE, RUN_SCHEDULE, START_SCHEDULED, Job
from fikoadmin.models.workflows import Node, Workflow
from fikoadmin.services import workflows
from tests.contract.documents import Document, row, when
from tests.database_clock import DatabaseClock
from tests.scenes import ACTOR, executions, live, runner, work

MARCH = datetime(2026, 3, 1, tzinfo=UTC)


def at(time: str = "09:00", frequency: str = "daily", day: str | None = "2026-01-05", **fields: Any) -> Document:
    schedule = {"schedule_frequency": frequency, "schedule_start_date": day, "schedule_time": time}
    return when(when_type="scheduled", **(schedule | fields))


def moment(written: str) -> datetime:
    """`3 09:00` is that time on 3 March 2026 in UTC, `09:00` on the 2nd, a Monday."""
    day, _, time = written.rpartition(" ")
    hour, minute = time.split(":")
    return MARCH + timedelta(days=int(day or 2) - 1, hours=int(hour), minutes=int(minute))


def look(clock: DatabaseClock, *moments: str) -> None:
    """The clock shows each moment, and whoever looks for work then does all of it."""
    for each in moments:
        clock.set(moment(each))
        work(RUN_SCHEDULE, START_SCHEDULED)


def going_live(clock: DatabaseClock, written: str, *nodes: Document, **limits: Any) -> Workflow:
    clock.set(moment(written))
    return live(row(*nodes, **limits))


def due() -> list[int]:
    """The jobs of schedules that are not done, whether their time has come or not."""
    db.session.rollback()
    waiting = select(Job.id).where(Job.state == AVAILABLE, Job.kind.in_((RUN_SCHEDULE, START_SCHEDULED)))
    return list(db.session.scalars(waiting.order_by(Job.id)))


def occurred() -> list[str]:
    """The occurrences so far, local."""
    db.session.rollback()
    rows = db.session.scalars(select(Event).where(Event.event_type == SCHEDULED, Event.customer_id.is_(None)))
    moments = sorted(datetime.fromisoformat(event.data["occurrence"]) for event in rows)
    return [f"{each:%m-%d %H:%M}" for each in moments]


def runs(conversation_id: str) -> list[tuple[str, str]]:
    """Status and occurrence of each execution in it."""
    db.session.rollback()
    shown = [(e.status, db.session.get_one(Event, e.event_id)) for e in executions(conversation_id)]
    return [(status, f"{datetime.fromisoformat(event.data['occurrence']):%-d %H:%M}") for status, event in shown]


def traces() -> list[tuple[str, str]]:
    """The occurrences that say why they started nobody, or not all: day and hour, and the reason."""
    db.session.rollback()
    rows = db.session.scalars(select(Execution).where(Execution.customer_id.is_(None)).order_by(Execution.id))
    return [(f"{int(e.event_id[-10:-8])} {e.event_id[-7:-5]}", e.reason) for e in rows]


def change(workflow: Workflow, **fields: Any) -> None:
    """Gives the draft's When other fields, and publishes it."""
    with transaction() as session:
        node = session.scalars(select(Node).filter_by(workflow_id=workflow.id, node_type="when")).one()
        node.fields = node.fields | fields
    workflows.activate(workflow.id, ACTOR)


QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)


def run_all() -> None:
    """Does every job of schedules that is due, as the runner of one process."""
    with runner() as doing:
        for job_id in due():
            doing.execute(job_id)
