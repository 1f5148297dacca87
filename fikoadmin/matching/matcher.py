"""Keeps each process's index in step with the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from threading import Lock

from sqlalchemy import select
from sqlalchemy.orm import undefer

from ..engine.graph import Graph
from ..errors import NotFound
from ..extensions import db
from ..models.settings import Settings
from ..models.workflows import ACTIVE, Workflow, WorkflowVersion
from ..words import N_
from .index import Index
from .workflow import LiveWorkflow, as_live

KEPT_VERSIONS = 1_000
# Documents in one query: a few megabytes at most.
READ_AT_ONCE = 500


class Matcher:
    """Keeps this process's index in step with the database's set of live workflows."""

    def __init__(self) -> None:
        self._index = Index(-1, None, ())
        self._lock = Lock()
        # Versions never change. Begun anew with the index all the same: a restored database gives ids once more.
        self.graph_of = lru_cache(maxsize=KEPT_VERSIONS)(_graph_of)
        self.published = lru_cache(maxsize=KEPT_VERSIONS)(_published)

    def index(self) -> Index:
        """The index of the live workflows as the present transaction sees them."""
        settings = Settings.load()
        generation, changed_at = settings.live_workflows, settings.live_workflows_at
        index = self._index
        if (index.generation, index.changed_at) != (generation, changed_at):
            with self._lock:
                self.graph_of.cache_clear()
                self.published.cache_clear()
                index = self._index = Index(generation, changed_at, _live_workflows(self._index.workflows))
        return index


def _live_workflows(known: Mapping[int, LiveWorkflow]) -> list[LiveWorkflow]:
    """All of them in the operators' order; only those that are not `known` at their version are read as a whole."""
    rows = db.session.execute(
        select(
            Workflow.id,
            Workflow.name,
            Workflow.order,
            WorkflowVersion.id.label("version_id"),
            WorkflowVersion.created_at,
        )
        .join(Workflow.live_version)
        .where(Workflow.status == ACTIVE)
        .order_by(Workflow.order, Workflow.id)
    ).all()
    # With its time: a database that was restored gives the same ids to other versions.
    same = {id_: (workflow.version_id, workflow.published_at) for id_, workflow in known.items()}
    new = [row.id for row in rows if same.get(row.id) != (row.version_id, row.created_at)]
    read = {**known, **_read(new)}
    return [replace(read[row.id], name=row.name, order=row.order) for row in rows]


def _read(ids: Sequence[int]) -> dict[int, LiveWorkflow]:
    found: dict[int, LiveWorkflow] = {}
    for start in range(0, len(ids), READ_AT_ONCE):
        rows = db.session.execute(
            select(Workflow, WorkflowVersion)
            .join(Workflow.live_version)
            .where(Workflow.id.in_(ids[start : start + READ_AT_ONCE]))
            .options(undefer(WorkflowVersion.document))
        )
        found |= {workflow.id: as_live(workflow, version) for workflow, version in rows}
    return found


def _version(version_id: int) -> WorkflowVersion:
    version = db.session.get(WorkflowVersion, version_id, options=[undefer(WorkflowVersion.document)])
    if version is None:
        raise NotFound(N_("there is no such version"))
    return version


def _graph_of(version_id: int) -> Graph:
    return Graph(_version(version_id).document)


def _published(version_id: int) -> LiveWorkflow:
    version = _version(version_id)
    return as_live(db.session.get_one(Workflow, version.workflow_id), version)
