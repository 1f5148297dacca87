"""A workflow's draft as its rows store it, for pages: they look at it far more often than anybody changes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import JSON, Select, Text, bindparam, cast, select

from .. import documents
from ..clock import now
from ..extensions import connection
from ..models.workflows import Connection, Node, Workflow
from .workflows import head

Rows: TypeAlias = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """Two that are equal say the same: what was worked out for one holds for the other.

    `nodes` and `connections` hold their models' COLUMNS and `fields`, `head` the rest. What is JSON stands in them as
    its text, which nobody has to read as long as the draft is known.
    """

    head: str
    nodes: Rows
    connections: Rows

    @classmethod
    def of(cls, workflow: Workflow) -> StoredDraft:
        """Inside the caller's transaction or reading."""
        return cls(json.dumps(head(workflow)), _rows(_NODES, workflow.id), _rows(_CONNECTIONS, workflow.id))

    def document(self) -> dict[str, Any]:
        """The same as a bare document of the export format."""
        nodes, connections = [_node(row) for row in self.nodes], [_connection(row) for row in self.connections]
        return documents.write(**json.loads(self.head), nodes=nodes, connections=connections, exported_at=now())


def _statement(model: type[Node | Connection]) -> Select[Any]:
    table = model.metadata.tables[model.__tablename__]
    columns = [table.c[name] for name in (*model.COLUMNS, "fields")]
    as_stored = [cast(column, Text) if isinstance(column.type, JSON) else column for column in columns]
    return select(*as_stored).where(table.c.workflow_id == bindparam("workflow_id")).order_by(table.c.place)


_NODES, _CONNECTIONS = _statement(Node), _statement(Connection)


def _rows(statement: Select[Any], workflow_id: int) -> Rows:
    return tuple(map(tuple, connection().execute(statement, {"workflow_id": workflow_id}).all()))


def _node(row: tuple[Any, ...]) -> dict[str, Any]:
    *own, fields = row
    columns = dict(zip(Node.COLUMNS, own, strict=True))
    if columns["redirect_destination"] is None:
        del columns["redirect_destination"]
    return {**json.loads(fields), **columns}


def _connection(row: tuple[Any, ...]) -> dict[str, Any]:
    named = _named(Connection.COLUMNS, row)
    return named | {"condition": json.loads(named["condition"])}


def _named(names: tuple[str, ...], row: tuple[Any, ...]) -> dict[str, Any]:
    *own, fields = row
    return {**json.loads(fields), **dict(zip(names, own, strict=True))}
