"""A version brought back into the draft, to be edited or published again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..errors import NotFound
from ..models.actors import Actor
from ..models.workflows import Connection, Node, Workflow
from ..words import N_
from .draft_history import editing
from .workflows import COLUMNS, version


def restore(workflow_id: int, number: int, actor: Actor, revision: int | None = None) -> Workflow:
    """Has the draft say what that version says, under the same node ids; one undo brings back what it said before.

    What is live does not change. Raises NotFound, Conflict.
    """
    with editing(workflow_id, revision, actor, "version restored") as workflow:
        wanted = version(workflow_id, number)
        if wanted is None:
            raise NotFound(N_("there is no such version"))
        document = wanted.document
        for name in COLUMNS:
            setattr(workflow, name, document["workflow"].get(name))
        _become(workflow.nodes, Node, document["nodes"])
        _become(workflow.connections, Connection, document["connections"])
    return workflow


def _become(rows: list[Any], model: type[Node | Connection], documents: Sequence[Mapping[str, Any]]) -> None:
    """Rows that are there keep being themselves: what hangs on a node's id goes on meaning that node."""
    present = {row.id: row for row in rows}
    for place, document in enumerate(documents):
        earlier = model.from_document(dict(document), place)
        row = present.pop(document["id"], None)
        if row is None:
            rows.append(earlier)
        else:
            for name in ("place", "fields", *row.COLUMNS):
                setattr(row, name, getattr(earlier, name))
    for row in present.values():
        rows.remove(row)
