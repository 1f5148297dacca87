"""Workflows as a whole: made, imported, published, paused and archived."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, tuple_, update

from .. import documents
from ..clock import now
from ..documents import Document
from ..engine.findings import Finding, findings
from ..errors import OTHER_LENGTH, Conflict, Invalid, NotFound
from ..extensions import db, transaction
from ..models import jobs, workflows
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.jobs import Job
from ..models.workflows import Connection, LiveSpan, Node, Workflow, WorkflowVersion
from ..words import N_
from . import schedules
from .settings import live_workflows_changed

NAME_LENGTH = 200
VERSIONS_SHOWN = 200
MOST_VERSIONS = 2**31 - 1  # what the column of their numbers can hold
# What of the export format's `workflow` part has a column; the rest is kept as it came.
COLUMNS = ("name", "description", "max_executions", "delay_between_executions", "start_date", "end_date")
STALE = N_("somebody else has changed this workflow since; look at it as it is now")


def create(name: str, actor: Actor) -> Workflow:
    """An empty draft; raises Invalid."""
    name = clean_name(name)
    with transaction():
        workflow = _add(Workflow(name=name, rest={}))
        AuditEntry.record("workflow", workflow.id, "created", actor, new={"name": name})
    return workflow


def clean_name(name: str) -> str:
    """`name` without spaces at its ends; raises Invalid."""
    name = name.strip()
    if not 1 <= len(name) <= NAME_LENGTH or "\0" in name:
        raise Invalid("name", OTHER_LENGTH, most=NAME_LENGTH)
    return name


def import_document(raw: bytes, actor: Actor, name: str | None = None) -> tuple[Workflow, list[str]]:
    """Makes a draft of a document, all or nothing, and returns it with the importer's warnings. Raises Invalid."""
    return import_read(documents.read(raw, name=name), actor)


def import_read(document: Document, actor: Actor) -> tuple[Workflow, list[str]]:
    """The same for a document that has been read."""
    warnings = [warning.message for warning in document.warnings]
    digest = documents.digest(document.bare())
    with transaction():
        known = db.session.scalar(select(Workflow.name).where(Workflow.import_digest == digest).limit(1))
        if known is not None:
            warnings.append(Finding(None, "imported_before", {"name": known}).message)
        workflow = _add(_from_document(document.with_new_ids(), digest))
        AuditEntry.record("workflow", workflow.id, "imported", actor, new={"name": workflow.name, "digest": digest})
    return workflow, warnings


def _from_document(document: Document, digest: str) -> Workflow:
    return Workflow(
        name=document.name,
        **{name: document.workflow[name] for name in COLUMNS if name != "name"},
        rest={
            "document": document.rest,
            "workflow": {name: value for name, value in document.workflow.items() if name not in COLUMNS},
        },
        import_digest=digest,
        nodes=[Node.from_document(node, place) for place, node in enumerate(document.nodes)],
        connections=[Connection.from_document(c, place) for place, c in enumerate(document.connections)],
    )


def _add(workflow: Workflow) -> Workflow:
    last = db.session.scalar(select(func.max(Workflow.order)))
    workflow.order, workflow.status, workflow.revision = (last or 0) + 1, workflows.DRAFT, 1
    db.session.add(workflow)
    db.session.flush()
    return workflow


def draft(workflow: Workflow) -> dict[str, Any]:
    """The draft as a bare document of the export format; inside the caller's transaction or reading."""
    return documents.write(
        **head(workflow),
        nodes=[node.document() for node in workflow.nodes],
        connections=[connection.document() for connection in workflow.connections],
        exported_at=now(),
    )


def head(workflow: Workflow) -> dict[str, Any]:
    """What `documents.write` takes of the workflow's own row."""
    return {
        "workflow": {**workflow.rest.get("workflow", {}), **{name: getattr(workflow, name) for name in COLUMNS}},
        "rest": workflow.rest.get("document", {}),
        "status": workflow.status,
        "original_workflow_id": str(workflow.id),
    }


def export(workflow_id: int) -> dict[str, Any]:
    """The draft as a bare document of the export format. Raises NotFound."""
    return draft(found(workflow_id))


def found(workflow_id: int) -> Workflow:
    """The workflow; raises NotFound."""
    workflow = db.session.get(Workflow, workflow_id)
    if workflow is None:
        raise NotFound(N_("there is no such workflow"))
    return workflow


def locked(workflow_id: int, revision: int | None = None) -> Workflow:
    """The workflow under its lock; raises NotFound, and Conflict where `revision` is not its present one (P22)."""
    workflow = db.session.get(Workflow, workflow_id, with_for_update={"of": Workflow}, populate_existing=True)
    if workflow is None:
        raise NotFound(N_("there is no such workflow"))
    if revision is not None and revision != workflow.revision:
        raise Conflict(STALE, workflow=workflow)
    return workflow


def check(workflow: Workflow) -> list[Finding]:
    """What stands in the way of publishing the draft."""
    return findings(draft(workflow))


def activate(
    workflow_id: int, actor: Actor, revision: int | None = None, note: str = "", stop_older: bool = False
) -> Workflow:
    """Publishes the draft if it differs from the last version, and lets events start it.

    What still runs or waits on an older version finishes there (P19), or with `stop_older` is cancelled by a job.
    Raises NotFound; Conflict with `findings` where the draft cannot be published.
    """
    with transaction():
        workflow = locked(workflow_id, revision)
        document = draft(workflow)
        if found := findings(document):
            raise Conflict(N_("the workflow cannot be published yet"), findings=found)
        schedules.come_due(workflow)
        _publish(workflow, document, actor, note)
        _go_live(workflow, workflows.ACTIVE, actor)
        if stop_older:
            _stop_executions(workflow, workflow.live_version_id, actor)
    return workflow


def _publish(workflow: Workflow, document: dict[str, Any], actor: Actor, note: str) -> None:
    digest = documents.digest(document)
    last = db.session.scalar(
        select(WorkflowVersion)
        .where(WorkflowVersion.workflow_id == workflow.id)
        .order_by(WorkflowVersion.number.desc())
        .limit(1)
    )
    if last is None or last.digest != digest:
        number = last.number + 1 if last else 1
        last = WorkflowVersion(
            workflow_id=workflow.id,
            number=number,
            document=document,
            digest=digest,
            note=note,
            author=actor.label[:200],
        )
        db.session.add(last)
        db.session.flush()
        AuditEntry.record("version", f"{workflow.id}/{number}", "published", actor, new={"digest": digest})
    workflow.live_version_id = last.id


def pause(workflow_id: int, actor: Actor, stop_open: bool = False) -> Workflow:
    """Events start it no more; what runs or waits goes on, or with `stop_open` is cancelled by a job.

    Raises NotFound; Conflict for a draft.
    """
    return _stop(workflow_id, workflows.PAUSED, actor, stop_open)


def archive(workflow_id: int, actor: Actor, stop_open: bool = False) -> Workflow:
    """As `pause`, and out of the way. Raises NotFound."""
    return _stop(workflow_id, workflows.ARCHIVED, actor, stop_open)


def _stop(workflow_id: int, status: str, actor: Actor, stop_open: bool) -> Workflow:
    with transaction():
        workflow = locked(workflow_id)
        if status == workflows.PAUSED and workflow.status not in (workflows.ACTIVE, workflows.PAUSED):
            raise Conflict(N_("only a workflow that is ACTIVE can be paused"))
        schedules.come_due(workflow)
        _go_live(workflow, status, actor)
        if stop_open:
            _stop_executions(workflow, None, actor)
    return workflow


def _go_live(workflow: Workflow, status: str, actor: Actor) -> None:
    """Gives it that status, and notes from when to when which version is live."""
    if workflow.status != status:
        AuditEntry.record("workflow", workflow.id, "status", actor, workflow.status, status)
        workflow.status = status
    generation = live_workflows_changed()
    ending = update(LiveSpan).where(LiveSpan.workflow_id == workflow.id, LiveSpan.until.is_(None))
    db.session.execute(ending.values(until=generation).execution_options(synchronize_session=False))
    if workflow.is_live:
        db.session.add(LiveSpan(workflow_id=workflow.id, version_id=workflow.live_version_id, since=generation))
    schedules.renew(workflow)


def _stop_executions(workflow: Workflow, kept_version_id: int | None, actor: Actor) -> None:
    """Has a job cancel its open executions, those on `kept_version_id` aside."""
    AuditEntry.record("workflow", workflow.id, "executions stopped", actor)
    kept = kept_version_id or 0
    Job.requeue(jobs.STOP_EXECUTIONS, workflow.id, key=f"stop:{workflow.id}:{kept}", epoch=kept)


def move(workflow_id: int, up: bool, actor: Actor, order: int | None = None) -> Workflow:
    """Changes places with the workflow before or after it; which of them runs first for an event follows from that.

    `order` is the one that its author saw: where it is another now, nothing moves. Raises NotFound.
    """
    with transaction():
        workflow = found(workflow_id)
        neighbour = _neighbour(workflow, up)
        if neighbour is None:
            return workflow
        first, second = _both_locked(workflow, neighbour)
        is_as_seen = order is None or order == workflow.order
        if not is_as_seen or (workflow is second) != up:
            return workflow
        if first.order == second.order:
            _make_room(second)
        AuditEntry.record("workflow", workflow.id, "moved", actor, workflow.order, neighbour.order)
        first.order, second.order = second.order, first.order
        live_workflows_changed()
    return workflow


def _neighbour(workflow: Workflow, up: bool) -> Workflow | None:
    place, own = tuple_(Workflow.order, Workflow.id), (workflow.order, workflow.id)
    others = select(Workflow).where(Workflow.id != workflow.id)  # it may have moved since it was read
    before = others.where(place < own).order_by(Workflow.order.desc(), Workflow.id.desc())
    after = others.where(place > own).order_by(Workflow.order, Workflow.id)
    return db.session.scalar((before if up else after).limit(1))


def _both_locked(one: Workflow, other: Workflow) -> list[Workflow]:
    """Both as they are now, the earlier one first."""
    # Locked in the order of their ids, so that two moves at once do not wait for each other.
    statement = select(Workflow).where(Workflow.id.in_((one.id, other.id))).order_by(Workflow.id)
    statement = statement.with_for_update().execution_options(populate_existing=True)
    return sorted(db.session.scalars(statement), key=lambda workflow: (workflow.order, workflow.id))


def _make_room(second: Workflow) -> None:
    """Two that were made at the same moment share a place: the later one and all after it move on by one."""
    after = tuple_(Workflow.order, Workflow.id) >= (second.order, second.id)
    db.session.execute(update(Workflow).where(after).values(order=Workflow.order + 1))
    db.session.refresh(second)


def versions(workflow_id: int) -> Sequence[WorkflowVersion]:
    """The newest versions, at most 200, the newest first."""
    statement = select(WorkflowVersion).where(WorkflowVersion.workflow_id == workflow_id)
    return db.session.scalars(statement.order_by(WorkflowVersion.number.desc()).limit(VERSIONS_SHOWN)).all()


def version(workflow_id: int, number: int) -> WorkflowVersion | None:
    """The version of that number, without its document; None where there is none."""
    if number > MOST_VERSIONS:
        return None
    statement = select(WorkflowVersion).where(
        WorkflowVersion.workflow_id == workflow_id, WorkflowVersion.number == number
    )
    return db.session.scalar(statement)
