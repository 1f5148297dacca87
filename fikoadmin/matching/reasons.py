"""Whether one workflow starts on an event, or why not, with expected and actual value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..engine.graph import Graph, Node
from ..engine.text import normalise
from ..models import events
from ..models.events import Event
from ..words import N_, P_
from .workflow import LiveWorkflow

OTHER_EVENT = N_("it starts on other events")
OWN_EVENT = N_("caused by this workflow itself")
CUT = N_("the chain of events is too long")
NO_KEYWORD = N_("no keyword is in the message")
OTHER_CHANNEL = N_("another channel")
MISSING_TAGS = N_("the customer lacks a tag")
OTHER_TAG = N_("another tag was added")
SWITCHED_OFF = P_("its start “%(title)s” fits, but is switched off")


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


def switched_off(graph: Graph, snapshot: Snapshot) -> list[dict[str, Any]]:
    """For each When node that would start on it, were it switched on, that it is not."""
    fitting = [node for node in graph.switched_off_starts() if not refusals_of(node, snapshot)]
    return [
        {"node_id": node["id"], **_refusal(SWITCHED_OFF % {"title": node["title"] or node["id"]}, None, None)}
        for node in fitting
    ]


def refusals_of(node: Node, snapshot: Snapshot) -> list[dict[str, Any]]:
    """Why that When node does not start; empty where it does."""
    when_type = str(node.get("when_type"))
    checks = STARTS.get((snapshot.event_type, when_type))
    if checks is None:
        return [_refusal(OTHER_EVENT, when_type, snapshot.event_type)]
    return [refusal for check in checks if (refusal := check(node, snapshot))]
