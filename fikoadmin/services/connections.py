"""Connections of a draft: made, led elsewhere, put in another order and taken away (P22 as in `drafts`)."""

from __future__ import annotations

from ..errors import Invalid
from ..models.actors import Actor
from ..models.workflows import Workflow
from ..words import N_
from . import wiring
from .draft_history import editing
from .drafts import make_room

FIRST_ALREADY = N_("this branch is the first one already")


def connect(
    workflow_id: int, source_id: str, connection_type: str, target_id: str | None, actor: Actor,
    revision: int | None = None,
) -> Workflow:  # fmt: skip
    """Has that way out of a node lead to `target_id` alone, or end there where it is None.

    Raises NotFound, Invalid, Conflict.
    """
    with editing(workflow_id, revision, actor, "connected") as workflow:
        source = wiring.node_of(workflow, source_id)
        wiring.check_type(source, connection_type)
        target = wiring.target_of(workflow, target_id) if target_id else None
        for connection in wiring.leaving(workflow, source.id, connection_type):
            workflow.connections.remove(connection)
        if target is not None:
            wiring.join(workflow, source.id, connection_type, target.id)
    return workflow


def add(
    workflow_id: int, source_id: str, connection_type: str, target_id: str, actor: Actor, revision: int | None = None
) -> Workflow:
    """Adds one more connection out of a node: a further branch. Raises NotFound, Invalid, Conflict."""
    with editing(workflow_id, revision, actor, "connected") as workflow:
        source, target = wiring.node_of(workflow, source_id), wiring.target_of(workflow, target_id)
        wiring.check_type(source, connection_type)
        make_room(workflow, nodes=0, connections=1)
        wiring.join(workflow, source.id, connection_type, target.id)
    return workflow


def lead(
    workflow_id: int, connection_id: str, target_id: str | None, actor: Actor, revision: int | None = None
) -> Workflow:
    """Has one connection, with its extra condition, lead to `target_id`, or takes it away where that is None.

    Raises NotFound, Invalid, Conflict.
    """
    with editing(workflow_id, revision, actor, "connected" if target_id else "disconnected") as workflow:
        connection = wiring.connection_of(workflow, connection_id)
        if target_id:
            connection.target_node_id = wiring.target_of(workflow, target_id).id
        else:
            workflow.connections.remove(connection)
    return workflow


def move_up(workflow_id: int, connection_id: str, actor: Actor, revision: int | None = None) -> Workflow:
    """Has a branch run before the one that is before it on the same way out. Raises NotFound, Invalid, Conflict."""
    with editing(workflow_id, revision, actor, "branch moved") as workflow:
        connection = wiring.connection_of(workflow, connection_id)
        branches = wiring.leaving(workflow, connection.source_node_id, connection.connection_type)
        place = branches.index(connection)
        if place == 0:
            raise Invalid("direction", FIRST_ALREADY)
        earlier = branches[place - 1]
        connection.place, earlier.place = earlier.place, connection.place
    return workflow
