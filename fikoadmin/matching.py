"""Which live workflows an event starts, and for those that it might have started, why not.

One index a process over all live workflows, renewed when their set changes: a message's text is looked up once
(Aho-Corasick over the normalised keywords), not once a workflow.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

import ahocorasick
from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import undefer

from .engine.graph import Graph, Node
from .engine.kinds import SUSPENDING, kind
from .engine.text import normalise
from .errors import NotFound
from .extensions import db
from .models import events
from .models.events import Event
from .models.settings import Settings
from .models.workflows import ACTIVE, Workflow, WorkflowVersion
from .words import N_

KEPT_VERSIONS = 1_000
# Documents in one query: a few megabytes at most.
READ_AT_ONCE = 500

OTHER_EVENT = N_("it starts on other events")
OWN_EVENT = N_("caused by this workflow itself")
CUT = N_("the chain of events is too long")
NO_KEYWORD = N_("no keyword is in the message")
OTHER_CHANNEL = N_("another channel")
MISSING_TAGS = N_("the customer lacks a tag")
OTHER_TAG = N_("another tag was added")


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
        return _matcher().graph_of(self.version_id)

    @property
    def has_limits(self) -> bool:
        return bool(self.max_executions or self.delay_between_executions)


@dataclass(frozen=True)
class Snapshot:
    """What an event is matched against: the same for all workflows (P13)."""

    event_type: str
    text: str
    source: str
    tags: tuple[str, ...]
    tag: str = ""

    @classmethod
    def of(cls, event: Event, source: str, tags: tuple[str, ...]) -> Snapshot:
        """What the event says, beside what was true of customer and conversation when it came."""
        data = event.data
        return cls(event.event_type, str(data.get("content") or ""), source, tags, str(data.get("tag") or ""))


@dataclass
class Candidate:
    """A live workflow that the index returned: where it starts, or why it does not."""

    workflow: LiveWorkflow
    starts: list[str] = field(default_factory=list)
    refusals: list[dict[str, Any]] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """The JSON that the event keeps (P15)."""
        return {
            "workflow_id": self.workflow.id, "version": self.workflow.version, "starts": self.starts,
            "refusals": [] if self.starts else self.refusals,
        }  # fmt: skip


Check = Callable[[Node, Snapshot], dict[str, Any] | None]


def _refusal(reason: str, expected: object, actual: object) -> dict[str, Any]:
    return {"reason": reason, "expected": expected, "actual": actual}


def _keywords(node: Node, snapshot: Snapshot) -> dict[str, Any] | None:
    keywords = [k for k in node.get("keywords") or [] if normalise(k)]
    text = normalise(snapshot.text)
    found = not keywords or any(normalise(keyword) in text for keyword in keywords)
    return None if found else _refusal(NO_KEYWORD, keywords, snapshot.text[:200])


def _channels(node: Node, snapshot: Snapshot) -> dict[str, Any] | None:
    channels = node.get("channels") or []
    fits = not channels or "all" in channels or snapshot.source in channels
    return None if fits else _refusal(OTHER_CHANNEL, channels, snapshot.source)


def _tags(node: Node, snapshot: Snapshot) -> dict[str, Any] | None:
    tags = node.get("tags") or []
    return None if set(tags) <= set(snapshot.tags) else _refusal(MISSING_TAGS, tags, list(snapshot.tags))


def _added_tag(node: Node, snapshot: Snapshot) -> dict[str, Any] | None:
    tags = node.get("tags") or []
    return None if snapshot.tag in tags else _refusal(OTHER_TAG, tags, snapshot.tag)


# Which When nodes an event of that type may start, and what must hold: product's section on When nodes.
STARTS: Mapping[tuple[str, str], tuple[Check, ...]] = {
    (events.MESSAGE_RECEIVED, "receive_message"): (_channels, _tags, _keywords),
    (events.MESSAGE_RECEIVED, "add_tag"): (_channels, _tags, _keywords),
    (events.TAG_ADDED, "add_tag"): (_added_tag, _tags),
    (events.USER_CREATED, "new_customer"): (),
    (events.INSTAGRAM_COMMENT, "instagram_comment"): (),
}


class Index:
    """The live workflows of one moment, in the operators' order."""

    def __init__(self, generation: int, changed_at: datetime | None, workflows: Iterable[LiveWorkflow]) -> None:
        self.generation, self.changed_at = generation, changed_at
        self.workflows = {workflow.id: workflow for workflow in workflows}
        self._places = {id_: place for place, id_ in enumerate(self.workflows)}
        self._always: dict[str, set[int]] = {}
        words: dict[str, set[int]] = {}
        for workflow in self.workflows.values():
            self._enter(workflow, words)
        self._automaton = _automaton(words)

    def _enter(self, workflow: LiveWorkflow, words: dict[str, set[int]]) -> None:
        for node in workflow.starts:
            keywords = [word for word in map(normalise, node.get("keywords") or []) if word]
            for event_type, when_type in STARTS:
                if when_type != node.get("when_type"):
                    continue
                if event_type == events.MESSAGE_RECEIVED and keywords:
                    for word in keywords:
                        words.setdefault(word, set()).add(workflow.id)
                else:
                    self._always.setdefault(event_type, set()).add(workflow.id)

    def consider(self, snapshot: Snapshot, chain: list[int]) -> list[Candidate]:
        """The workflows that this event may start, each with where it starts or why it does not."""
        ids = set(self._always.get(snapshot.event_type, ()))
        if snapshot.event_type == events.MESSAGE_RECEIVED and self._automaton is not None:
            for _, found in self._automaton.iter(normalise(snapshot.text)):
                ids |= found
        return [examine(self.workflows[id_], snapshot, chain) for id_ in sorted(ids, key=self._places.__getitem__)]


def examine(workflow: LiveWorkflow, snapshot: Snapshot, chain: list[int]) -> Candidate:
    """Where the workflow starts on an event with that snapshot, or why it does not."""
    candidate = Candidate(workflow)
    if workflow.id in chain:
        candidate.refusals.append(_refusal(OWN_EVENT, None, chain))
        return candidate
    for node in workflow.starts:
        if refusals := refusals_of(node, snapshot):
            candidate.refusals.extend({"node_id": node["id"], **refusal} for refusal in refusals)
        else:
            candidate.starts.append(node["id"])
    return candidate


def refusals_of(node: Node, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Why that When node does not start; empty where it does."""
    when_type = str(node.get("when_type"))
    checks = STARTS.get((snapshot.event_type, when_type))
    if checks is None:
        return [_refusal(OTHER_EVENT, when_type, snapshot.event_type)]
    return [refusal for check in checks if (refusal := check(node, snapshot))]


def _automaton(words: Mapping[str, set[int]]) -> Any:
    if not words:
        return None
    automaton = ahocorasick.Automaton()
    for word, ids in words.items():
        automaton.add_word(word, ids)
    automaton.make_automaton()
    return automaton


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
        raise NotFound("there is no such version")
    return version


def _graph_of(version_id: int) -> Graph:
    return Graph(_version(version_id).document)


def _published(version_id: int) -> LiveWorkflow:
    version = _version(version_id)
    return as_live(db.session.get_one(Workflow, version.workflow_id), version)


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


def init_app(app: Flask) -> None:
    app.extensions["matcher"] = Matcher()


def index() -> Index:
    """This process's index, in step with the present transaction."""
    return _matcher().index()


def published(version_id: int) -> LiveWorkflow:
    """A workflow as it was when that version was published. Raises NotFound."""
    return _matcher().published(version_id)


def _matcher() -> Matcher:
    matcher: Matcher = current_app.extensions["matcher"]
    return matcher
