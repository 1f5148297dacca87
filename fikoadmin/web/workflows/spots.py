"""Where something new is put into a workflow: nowhere yet, on a way out of a node, or on one connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request

from ...engine.graph import Connection
from ...errors import Conflict
from ...words import N_
from .base import Draft


@dataclass(frozen=True, slots=True)
class Spot:
    """`after` is a way out (node id, connection type), `on` a connection's id: what the services take."""

    after: tuple[str, str] | None = None
    on: str | None = None

    @property
    def query(self) -> dict[str, Any]:
        """How an address names it."""
        node_id, way = self.after or (None, None)
        return {"on": self.on} if self.on else {"after": node_id, "way": way}


NOWHERE = Spot()


def shown(draft: Draft) -> tuple[Spot, tuple[str, str] | None]:
    """The spot that the address names, and the way out (node id, connection type) on which that is.

    What is not there any more is nowhere.
    """
    connection = _connection(draft)
    if connection is not None:
        return Spot(on=connection.id), (connection.source, connection.type)
    node_id, type_ = request.args.get("after", ""), request.args.get("way", "")
    after = (node_id, type_) if node_id in draft.graph.nodes else None
    return Spot(after), after


def chosen(draft: Draft) -> Spot:
    """The spot that the address names; raises Conflict where it is not there any more."""
    spot, _ = shown(draft)
    if spot == NOWHERE and (request.args.get("after") or request.args.get("on")):
        raise Conflict(N_("the place for it is gone"))
    return spot


def _connection(draft: Draft) -> Connection | None:
    wanted = request.args.get("on", "")
    return next((c for c in draft.graph.connections if c.id == wanted), None) if wanted else None
