"""A live workflow as a process keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import current_app

from ..engine.graph import Graph, Node
from ..engine.kinds import SUSPENDING, kind
from ..models.workflows import Workflow, WorkflowVersion


@dataclass(frozen=True)
class LiveWorkflow:
    """A live workflow at its version; kept by each process, so plain values, and few of them: there may be many.

    `starts` are its switched-on When nodes; `may_stay_open` says whether an execution of it can outlive its event's
    transaction.
    """

    id: int
    version_id: int
    version: int
    published_at: datetime
    name: str
    order: int
    max_executions: int
    delay_between_executions: int
    start_date: str | None
    end_date: str | None
    starts: tuple[Node, ...]
    may_stay_open: bool

    @property
    def graph(self) -> Graph:
        """Read when the first execution begins, not for every workflow that is live."""
        graph: Graph = current_app.extensions["matcher"].graph_of(self.version_id)
        return graph

    @property
    def has_limits(self) -> bool:
        return bool(self.max_executions or self.delay_between_executions)


def as_live(workflow: Workflow, version: WorkflowVersion) -> LiveWorkflow:
    """The workflow as it is, or would be, live at that version."""
    # Limits and dates are those of the published version: editing the draft must not change what is live (P19).
    limits, graph = version.document["workflow"], Graph(version.document)
    return LiveWorkflow(
        id=workflow.id, version_id=version.id, version=version.number, published_at=version.created_at,
        name=workflow.name, order=workflow.order,
        max_executions=limits.get("max_executions") or 0,
        delay_between_executions=limits.get("delay_between_executions") or 0,
        start_date=limits.get("start_date"), end_date=limits.get("end_date"),
        starts=graph.starts(), may_stay_open=any(kind(node) in SUSPENDING for node in graph.nodes.values()),
    )  # fmt: skip
