"""A workflow document as a value: with new ids, compared, and written in the export format."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

from ..engine import kinds
from ..engine.findings import Finding
from ..engine.placeholders import rewrite_ids


@dataclass(frozen=True, slots=True)
class Document:
    """What was read: every known field in its place and checked, unknown ones beside them.

    `name` is the workflow's name to be, `workflow["name"]` the one in the file. `rest` holds the other
    top-level parts: the older ones, `export_metadata`, unknown ones.
    """

    name: str
    workflow: dict[str, Any]
    nodes: list[dict[str, Any]]
    connections: list[dict[str, Any]]
    rest: dict[str, Any]
    warnings: tuple[Finding, ...] = ()

    @property
    def description(self) -> str:
        return str(self.workflow["description"])

    def bare(self) -> dict[str, Any]:
        """The document in the export format, as it was read."""
        parts = {"workflow": self.workflow, "nodes": self.nodes, "connections": self.connections}
        return self.rest | parts

    def with_new_ids(self) -> Document:
        """The same document under ids that nothing else has, wherever it mentions its own."""
        node_ids = {node["id"]: str(uuid4()) for node in self.nodes}
        connection_ids = {connection["id"]: str(uuid4()) for connection in self.connections}
        renamed = _renamed(self.bare(), node_ids, connection_ids)
        return replace(
            self,
            workflow=renamed["workflow"],
            nodes=renamed["nodes"],
            connections=renamed["connections"],
            warnings=tuple(replace(w, node_id=node_ids.get(w.node_id or "")) for w in self.warnings),
        )


def write(
    *,
    workflow: Mapping[str, Any],
    nodes: Sequence[Mapping[str, Any]],
    connections: Sequence[Mapping[str, Any]],
    rest: Mapping[str, Any],
    status: str,
    exported_at: datetime,
    original_workflow_id: str,
) -> dict[str, Any]:
    """The bare document in the export format, of pieces like those of a Document."""
    defaults = {name: deepcopy(field.default) for name, field in kinds.WORKFLOW_FIELDS.items()}
    export = {"exported_at": exported_at.isoformat(), "original_workflow_id": original_workflow_id}
    return {
        **{part: [] for part in kinds.OLDER_PARTS},
        **rest,
        "workflow": defaults | dict(workflow) | {"status": status},
        "nodes": [dict(node) for node in nodes],
        "connections": [dict(connection) for connection in connections],
        "export_metadata": {"version": "1.0"} | rest.get("export_metadata", {}) | export,
    }


def canonical(bare: Mapping[str, Any]) -> str:
    """A text that two bare documents share exactly when they say the same.

    Their ids, status and date of export may differ, and so may how they write a number or a date.
    """
    node_ids = {node["id"]: f"node {place}" for place, node in enumerate(bare["nodes"])}
    connection_ids = {c["id"]: f"connection {place}" for place, c in enumerate(bare["connections"])}
    plain = _renamed(bare, node_ids, connection_ids)
    plain["workflow"] = _without(plain["workflow"], "status") | _moments(plain["workflow"])
    plain["nodes"] = [kinds.defaults(node["node_type"]) | node for node in plain["nodes"]]
    plain["connections"] = [c | {"condition": c["condition"] or {}} for c in plain["connections"]]
    plain["export_metadata"] = _without(plain["export_metadata"], "exported_at", "original_workflow_id")
    return json.dumps(_one_way_of_numbers(plain), sort_keys=True, separators=(",", ":"))


def digest(bare: Mapping[str, Any]) -> str:
    """The SHA-256, in hexadecimal, of a bare document's canonical text."""
    return sha256(canonical(bare).encode()).hexdigest()


def _renamed(bare: Mapping[str, Any], node_ids: Mapping[str, str], connection_ids: Mapping[str, str]) -> dict[str, Any]:
    ids = {**connection_ids, **node_ids}
    workflow = dict(bare["workflow"])
    for drawing in ("edges", "ui_settings"):
        workflow[drawing] = _exchanged(workflow[drawing], ids)
    nodes = [rewrite_ids(node, node_ids) | {"id": node_ids[node["id"]]} for node in bare["nodes"]]
    connections = [
        rewrite_ids(connection, node_ids)
        | {"id": connection_ids[connection["id"]]}
        | {end: node_ids[connection[end]] for end in ("source_node_id", "target_node_id")}
        for connection in bare["connections"]
    ]
    return {**bare, "workflow": workflow, "nodes": nodes, "connections": connections}


def _exchanged(value: Any, ids: Mapping[str, str]) -> Any:
    """`value` with each text that is an id, keys included, exchanged: a drawing refers to its nodes so."""
    if isinstance(value, str):
        return ids.get(value, value)
    if isinstance(value, Mapping):
        return {ids.get(key, key): _exchanged(inner, ids) for key, inner in value.items()}
    return [_exchanged(inner, ids) for inner in value] if isinstance(value, list) else value


def _moments(workflow: Mapping[str, Any]) -> dict[str, str | None]:
    return {name: _moment(workflow[name]) for name in ("start_date", "end_date")}


def _moment(text: str | None) -> str | None:
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return (moment.astimezone(UTC) if moment.tzinfo else moment).isoformat()


def _without(part: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in names}


def _one_way_of_numbers(value: Any) -> Any:
    """250.0 and 250 are one number: a database column does not tell them apart."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {key: _one_way_of_numbers(inner) for key, inner in value.items()}
    return [_one_way_of_numbers(inner) for inner in value] if isinstance(value, list) else value
