"""What the pages of one workflow share: its draft as it stands, and how a change of it is made or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from ...engine.findings import Finding
from ...engine.graph import Graph
from ...engine.messages import MESSAGES
from ...errors import Conflict, Invalid, NotFound
from ...models import found
from ...models.drafts import DraftChange
from ...models.workflows import Workflow
from ...services import drafts
from ...services.stored_drafts import StoredDraft
from ...words import N_
from ..formats import format_number
from ..graph import Drawing, Mark, Marks, drawing
from ..labels import TABLES
from ..language import gettext, ngettext, page_direction
from ..refused import refusal
from . import node_kinds, sentences
from .addresses import workflow_url
from .derived import Derived, derived
from .outline import Outline, Part, Way, ways_out
from .rows import Rows

bp = Blueprint("workflows", __name__, url_prefix="/workflows")

LARGEST_ID = 2**63 - 1


@bp.url_value_preprocessor
def _only_ids(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    # What no column can hold is not asked for.
    if (values or {}).get("workflow_id", 0) > LARGEST_ID:
        raise NotFound(N_("there is no such workflow"))


@bp.context_processor
def _words() -> dict[str, Any]:
    return {
        "sentences": sentences,
        "node_kinds": node_kinds,
        "way_hint": sentences.way_hint,
        "finding_text": finding_text,
        "workflow_url": workflow_url,
    }


@dataclass(frozen=True)
class Draft:
    """A workflow's draft, read once for a page."""

    workflow: Workflow
    stored: StoredDraft

    @classmethod
    def of(cls, workflow_id: int) -> Draft:
        """Raises NotFound."""
        workflow = found.workflow(workflow_id)
        return cls(workflow, StoredDraft.of(workflow))

    @cached_property
    def _derived(self) -> Derived:
        return derived(self.stored)

    @property
    def document(self) -> Mapping[str, Any]:
        """In the export format; other pages share it."""
        return self._derived.document

    @property
    def outline(self) -> Outline:
        return self._derived.outline

    @property
    def graph(self) -> Graph:
        return self.outline.graph

    @property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of the outline, those of the whole workflow first."""
        return self._derived.findings

    def findings_of(self, node_id: str) -> list[Finding]:
        return self._derived.findings_by_node.get(node_id, []) if node_id else []

    @cached_property
    def changes(self) -> list[DraftChange]:
        """What can be undone and redone, the newest first."""
        return DraftChange.of(self.workflow.id)

    @cached_property
    def differs(self) -> bool:
        """Whether the draft says something else than the version published last."""
        version = self.workflow.live_version
        return version is not None and version.digest != self._derived.digest

    def node(self, node_id: str) -> Mapping[str, Any]:
        """Raises NotFound."""
        if node_id not in self.graph.nodes:
            raise NotFound(N_("there is no such node in this workflow"))
        return self.graph.node(node_id)

    @cached_property
    def drawing(self) -> Drawing:
        """Its graph for the narrow place beside the outline, each node a link to its form."""
        return self.drawn(downwards=True)

    def drawn(self, tidy: bool = False, downwards: bool = False) -> Drawing:
        """As the reader's language goes; `tidy` and `downwards` as `graph.drawing` has them."""
        here = workflow_url("show", self.workflow.id)
        rtl = page_direction() == "rtl"
        return drawing(
            self.graph, rtl=rtl, links=lambda id_: f"{here}/nodes/{id_}", marks=self._marks, tidy=tidy,
            downwards=downwards,
        )  # fmt: skip

    @property
    def _marks(self) -> Marks:
        """The numbers of the outline, and what has to be done."""
        return Marks({node_id: self._mark(node_id, number) for node_id, number in self.outline.numbers.items()})

    def _mark(self, node_id: str, number: int) -> Mark:
        count = len(self.findings_of(node_id))
        if not count:
            return Mark(number=number)
        text = ngettext("%(count)s thing to do", "%(count)s things to do", count, count=format_number(count))
        return Mark(text, "alert-triangle", "wait", number)

    def is_movable(self, node_id: str, up: bool) -> bool:
        """Whether the node can change places with the one before it, or after it."""
        return drafts.is_movable(self.graph, node_id, up)

    def ways_out(self, node_id: str) -> tuple[Way, ...]:
        return ways_out(self.graph, node_id)

    @property
    def is_whole(self) -> bool:
        """Whether its outline stands on one page."""
        return self.outline.part(1).count == 1

    def part(self, change: tuple[str, str] | None) -> Part:
        """What of the outline the address asks for (`?part=` number, `?at=` node id), or the way out being changed."""
        node_id = change[0] if change else request.args.get("at", "")
        return self.outline.part(request.args.get("part", 0, type=int) or self.outline.part_with(node_id))

    def rows(self, change: tuple[str, str] | None) -> Rows:
        """Makes the outline's lines ready for the page."""
        return Rows(self, change, finding_text)

    @cached_property
    def numbered(self) -> list[tuple[str, int, Mapping[str, Any]]]:
        """(id, number, node) of all that a connection can lead to, in the order of the outline."""
        nodes = sorted(self.outline.numbers.items(), key=lambda pair: pair[1])
        return [(id_, n, self.graph.node(id_)) for id_, n in nodes if self.graph.node(id_)["node_type"] != "when"]


def page(
    draft: Draft, refusal: str = "", change: tuple[str, str] | None = None, wanted: tuple[str, str] | None = None
) -> str:
    """The page of a workflow. `change` is the way out (node id, type) whose target is being chosen, `wanted` the choice
    that was refused: a connection's id, empty for a new one, and the target."""
    return render_template(
        "workflows/show.html",
        draft=draft,
        workflow=draft.workflow,
        refusal=refusal,
        change=change or chosen_way(),
        wanted=wanted,
        live_url=live_url(draft.workflow),
    )


def live_url(workflow: Workflow) -> str:
    return url_for("live.stream", topic=f"workflow:{workflow.id}")


def chosen_way() -> tuple[str, str] | None:
    """The way out that the address asks to change: `?change=<node id>.<connection type>`."""
    node_id, dot, type_ = request.args.get("change", "").rpartition(".")
    return (node_id, type_) if dot else None


def revision_shown() -> int:
    """The revision of the draft that the sent form was drawn from; without one it is as stale as can be (P22)."""
    return request.form.get("revision", -1, type=int)


def back(workflow_id: int, node_id: str = "") -> Response:
    """To the outline, at that node."""
    anchor = f"node-{node_id}" if node_id else None
    return redirect(url_for(".show", workflow_id=workflow_id, at=node_id or None, _anchor=anchor), 303)


def edit(
    workflow_id: int, node_id: str, change: Callable[[int], object], way: tuple[str, str] | None = None,
    wanted: tuple[str, str] | None = None,
) -> ResponseReturnValue:  # fmt: skip
    """Makes a change of the draft, then shows the outline; a refusal shows why, and the choice that was made."""
    try:
        change(revision_shown())
    except Invalid as error:
        return page(Draft.of(workflow_id), refusal(error), way, wanted), 422
    except Conflict:
        return page(Draft.of(workflow_id), stale(), way, wanted), 409
    return back(workflow_id, node_id)


def stale() -> str:
    return str(
        gettext(
            "Somebody else has changed this workflow since you opened it, so nothing was changed. "
            "This is how it is now; look at it, then decide again."
        )
    )


def finding_text(finding: Finding) -> str:
    """The finding in the reader's language, with the words of the pages for kinds."""
    params = dict(finding.params)
    for table in ("action_type", "when_type", "node_type", "connection_type"):
        if str(params.get("type")) in TABLES[table]:
            params["type"] = str(TABLES[table][str(params["type"])])
            break
    return str(gettext(MESSAGES[finding.code])) % params
