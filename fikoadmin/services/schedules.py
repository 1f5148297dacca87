"""Schedules: the next occurrence of a live workflow is the due time of a job, one for each workflow."""

from __future__ import annotations

from datetime import datetime

from ..engine.graph import Node
from ..engine.schedule import next_occurrence
from ..extensions import db, transaction
from ..models import jobs
from ..models.held import Held
from ..models.jobs import Job
from ..models.schedules import Schedule
from ..models.workflows import Workflow, WorkflowVersion
from .occurrences import database_now, first_published, record, timetable_of, timezone

# After an outage: so many of the occurrences that were missed are recorded, the last ones (P17).
MISSED_RECORDED = 100


def come_due(workflow: Workflow) -> None:
    """Records what came due up to now; joins the transaction that holds that workflow's lock."""
    schedule = db.session.get(Schedule, workflow.id, populate_existing=True)
    if schedule is None:
        return
    version = db.session.get_one(WorkflowVersion, workflow.live_version_id)
    for due in timetable_of(version).within(schedule.done_until, database_now(), MISSED_RECORDED):
        record(version, due)
        schedule.done_until = due.moment


def renew(workflow: Workflow) -> None:
    """Occurrences of the version that is live now count from this moment; there are none where none is live.

    Joins the transaction that changed what is live and holds the lock. What came due before is `come_due`'s.
    """
    version = db.session.get(WorkflowVersion, workflow.live_version_id) if workflow.is_live else None
    timetable = timetable_of(version) if version else None
    if timetable:
        now = database_now()
        db.session.merge(Schedule(workflow_id=workflow.id, done_until=now))
        _arm(workflow.id, timetable.next_after(now))
    elif schedule := db.session.get(Schedule, workflow.id):
        db.session.delete(schedule)
        _arm(workflow.id, None)


def run_schedule(held: Held) -> None:
    """The job that is due at an occurrence: records it, and is due again at the next."""
    with transaction() as session:
        workflow_id = int(held.job.subject)
        workflow = session.get_one(Workflow, workflow_id, with_for_update={"of": Workflow}, populate_existing=True)
        held.finish()
        come_due(workflow)
        if schedule := session.get(Schedule, workflow_id):
            version = session.get_one(WorkflowVersion, workflow.live_version_id)
            _arm(workflow_id, timetable_of(version).next_after(schedule.done_until))


def _arm(workflow_id: int, moment: datetime | None) -> None:
    key = f"schedule:{workflow_id}"
    if moment is None:
        Job.cancel(key)
    else:
        Job.requeue(jobs.RUN_SCHEDULE, workflow_id, key=key, due_at=moment)


def upcoming(workflow_id: int, node: Node) -> datetime | None:
    """When that scheduled node of a draft would start next if it were published now; None where it never would."""
    return next_occurrence(node, database_now(), timezone(), first_published(workflow_id))
