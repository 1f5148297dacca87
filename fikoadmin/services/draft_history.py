"""Every change of a draft: one transaction, one revision, one entry in the line of what can be undone.

A draft's rows are written inside `editing` alone: what bypassed it could not be taken back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from ..errors import Conflict
from ..extensions import db, transaction
from ..models.actors import Actor
from ..models.audit import AuditEntry
from ..models.drafts import DraftChange, to_redo, to_undo
from ..models.workflows import Connection, Node, Workflow
from ..words import N_
from .workflows import locked

WORKFLOW_FIELDS = ("name", "description", "max_executions", "delay_between_executions", "start_date", "end_date")

NOTHING_LEFT = N_("there is nothing left to undo or redo")

# Of nodes, connections and the workflow's own fields: each by its id or name.
Picture: TypeAlias = Mapping[str, Mapping[str, Any]]
BEFORE, AFTER = 0, 1


@contextmanager
def editing(workflow_id: int, revision: int | None, actor: Actor, action: str) -> Iterator[Workflow]:
    """The workflow under its lock, to change its draft; raises NotFound, Conflict where `revision` is stale (P22)."""
    with transaction():
        workflow = locked(workflow_id, revision)
        before = _picture(workflow)
        yield workflow
        _raise_revision(workflow, action, actor)
        parts = _difference(before, _picture(workflow))
        if any(parts.values()):
            DraftChange.record(workflow.id, workflow.revision, action, _about(parts), parts, actor)


def undo(workflow_id: int, actor: Actor, revision: int | None = None) -> Workflow:
    """Takes the last change of the draft back, whoever made it.

    Raises NotFound; Conflict where the revision is stale or there is nothing to undo.
    """
    return _go(workflow_id, actor, revision, to_undo, BEFORE)


def redo(workflow_id: int, actor: Actor, revision: int | None = None) -> Workflow:
    """Makes the change again that was undone last. Raises as `undo`."""
    return _go(workflow_id, actor, revision, to_redo, AFTER)


def _go(
    workflow_id: int, actor: Actor, revision: int | None,
    choose: Callable[[list[DraftChange]], DraftChange | None], side: int,
) -> Workflow:  # fmt: skip
    with transaction():
        workflow = locked(workflow_id, revision)
        change = choose(DraftChange.of(workflow_id))
        if change is None:
            raise Conflict(NOTHING_LEFT)
        _apply(workflow, change.parts, side)
        change.is_undone = side == BEFORE
        _raise_revision(workflow, "undone" if side == BEFORE else "redone", actor)
    return workflow


def _raise_revision(workflow: Workflow, action: str, actor: Actor) -> None:
    workflow.revision += 1
    db.session.flush()
    AuditEntry.record("workflow", workflow.id, action, actor, new={"revision": workflow.revision})


# -- what a draft looks like, and what became of it ------------------------------------------------------------------


def _picture(workflow: Workflow) -> Picture:
    return {
        "nodes": {node.id: _state(node) for node in workflow.nodes},
        "connections": {connection.id: _state(connection) for connection in workflow.connections},
        "workflow": {name: getattr(workflow, name) for name in WORKFLOW_FIELDS},
    }


def _state(row: Node | Connection) -> dict[str, Any]:
    return {"place": row.place, "document": row.document()}


def _difference(before: Picture, after: Picture) -> dict[str, Any]:
    """Each part that differs, as [before, after]; None where it was not there."""
    return {part: _changed(before[part], after[part]) for part in before}


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    names = dict.fromkeys([*before, *after])
    return {n: [before.get(n), after.get(n)] for n in names if before.get(n) != after.get(n)}


def _about(parts: Mapping[str, Any]) -> str:
    """The title of the one node that was added, changed or deleted; empty where there were several, or none."""
    documents = [(after or before)["document"] for before, after in parts["nodes"].values()]
    return str(documents[0]["title"]) if len(documents) == 1 else ""


def _apply(workflow: Workflow, parts: Mapping[str, Any], side: int) -> None:
    """Brings every part back to how it was on that side. Connections are written while both their nodes are there."""
    states = {part: {id_: sides[side] for id_, sides in found.items()} for part, found in parts.items()}
    for name, value in states["workflow"].items():
        setattr(workflow, name, value)
    _write(workflow.nodes, Node, states["nodes"])
    db.session.flush()
    _write(workflow.connections, Connection, states["connections"])
    _remove(workflow.connections, states["connections"])
    db.session.flush()
    _remove(workflow.nodes, states["nodes"])


def _write(rows: list[Any], model: type[Node | Connection], states: Mapping[str, Any]) -> None:
    present = {row.id: row for row in rows}
    for id_, state in states.items():
        if state is not None and id_ in present:
            _bring_back(present[id_], model.from_document(state["document"], state["place"]))
        elif state is not None:
            rows.append(model.from_document(state["document"], state["place"]))


def _bring_back(row: Node | Connection, earlier: Node | Connection) -> None:
    for name in ("place", "fields", *row.COLUMNS):
        setattr(row, name, getattr(earlier, name))


def _remove(rows: list[Any], states: Mapping[str, Any]) -> None:
    for row in [row for row in rows if row.id in states and states[row.id] is None]:
        rows.remove(row)
