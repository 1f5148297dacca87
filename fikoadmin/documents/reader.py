"""Reads a document that comes from elsewhere: all of it, or one error that names the place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from ..engine import kinds
from ..engine.findings import Finding
from ..errors import Invalid
from ..words import N_
from .document import Document
from .places import WHOLE, Place, shown, written, wrong
from .shapes import NOT_AN_OBJECT, a_list, a_text, an_object, one_of, read_condition, read_field, read_fields, required
from .strict import parse, refuse_unsound

NODES = 1_000
CONNECTIONS = 5_000
ID_LENGTH = 200

EMPTY = N_("must not be empty")
OTHER_VERSION = N_("%(value)s is not a version that can be read: %(known)s")
NO_SUCH_NODE = N_("there is no node %(value)s")
SAME_ID = N_("is the id of %(other)s as well")

_VERSION = re.compile(r"1\.\d{1,9}", re.ASCII)
_MOMENT = kinds.WORKFLOW_FIELDS["start_date"]


def read(raw: bytes | str, *, name: str | None = None) -> Document:
    """The document in a JSON text, bare or in its envelope; `name`, or the envelope's, replaces its own.

    Raises Invalid (NotJSON where it is no JSON at all) for the first thing that is wrong. Whatever the format
    lets one leave out, the metadata included, takes its default.
    """
    return read_value(parse(raw), name=name)


def read_value(value: Any, *, name: str | None = None) -> Document:
    """The same for a value that is parsed already."""
    bare, given_name = _out_of_envelope(value)
    refuse_unsound(bare)
    metadata = _metadata(bare)
    workflow = _workflow(bare)
    nodes = _nodes(bare)
    connections = _connections(bare, {node["id"] for node in nodes})
    older = {part: a_list(bare.get(part, []), (None, part)) for part in kinds.OLDER_PARTS}
    kept = {key: part for key, part in bare.items() if key not in ("workflow", "nodes", "connections")}
    return Document(
        name=_name(name or given_name, workflow),
        workflow=workflow,
        nodes=nodes,
        connections=connections,
        rest=kept | older | {"export_metadata": metadata},
        warnings=(*_not_run(nodes), *_older_parts(older)),
    )


def _out_of_envelope(value: Any) -> tuple[dict[str, Any], Any]:
    if not isinstance(value, dict):
        refuse_unsound(value)
        raise Invalid(WHOLE, NOT_AN_OBJECT, value=shown(value))
    if "workflow_data" not in value:
        return value, None
    refuse_unsound(value.get("name"), (None, "name"))
    refuse_unsound(value["workflow_data"])
    return an_object(value["workflow_data"], (None, "workflow_data")), value.get("name")


def _metadata(bare: Mapping[str, Any]) -> dict[str, Any]:
    place: Place = (None, "export_metadata")
    metadata = dict(an_object(bare.get("export_metadata", {}), place))
    version = metadata.setdefault("version", "1.0")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise wrong((place, "version"), OTHER_VERSION, value=shown(version), known="1.x")
    read_field(metadata.get("exported_at"), _MOMENT, (place, "exported_at"))
    return metadata


def _workflow(bare: Mapping[str, Any]) -> dict[str, Any]:
    place: Place = (None, "workflow")
    if "nodes" not in bare:
        required(bare, "workflow", None)
    return read_fields(an_object(bare.get("workflow", {}), place), kinds.WORKFLOW_FIELDS, place)


def _name(given: Any, workflow: Mapping[str, Any]) -> str:
    place: Place = (None, "name")
    replacing = "" if given is None else a_text(given, place, kinds.NAME_LENGTH)
    if replacing.strip():
        return replacing
    own: str = workflow["name"]
    if not own.strip():
        raise wrong(((None, "workflow"), "name"), EMPTY)
    return own


def _nodes(bare: Mapping[str, Any]) -> list[dict[str, Any]]:
    place: Place = (None, "nodes")
    values = a_list(bare.get("nodes", []), place, NODES)
    nodes = [_node(value, (place, index)) for index, value in enumerate(values)]
    _refuse_same_ids(nodes, place)
    return nodes


def _node(value: Any, place: Place) -> dict[str, Any]:
    node = an_object(value, place)
    _id(required(node, "id", place), (place, "id"))
    node_type = one_of(required(node, "node_type", place), kinds.NODE_TYPES, (place, "node_type"))
    return read_fields(node, kinds.fields_of(node_type), place)


def _connections(bare: Mapping[str, Any], node_ids: set[str]) -> list[dict[str, Any]]:
    place: Place = (None, "connections")
    values = a_list(bare.get("connections", []), place, CONNECTIONS)
    connections = [_connection(value, node_ids, (place, index)) for index, value in enumerate(values)]
    _refuse_same_ids(connections, place)
    return connections


def _connection(value: Any, node_ids: set[str], place: Place) -> dict[str, Any]:
    connection = {"id": str(uuid4()), "connection_type": "success"} | an_object(value, place)
    _id(connection["id"], (place, "id"))
    for end in ("source_node_id", "target_node_id"):
        node_id = a_text(required(connection, end, place), (place, end))
        if node_id not in node_ids:
            raise wrong((place, end), NO_SUCH_NODE, value=shown(node_id))
    one_of(connection["connection_type"], kinds.ALL_CONNECTION_TYPES, (place, "connection_type"))
    guard = connection.setdefault("condition", {})
    if guard is not None:
        read_condition(an_object(guard, (place, "condition")), (place, "condition"))
    return connection


def _id(value: Any, place: Place) -> None:
    if not a_text(value, place, ID_LENGTH):
        raise wrong(place, EMPTY)


def _refuse_same_ids(entries: list[dict[str, Any]], place: Place) -> None:
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        earlier = first.setdefault(entry["id"], index)
        if earlier != index:
            raise wrong(((place, index), "id"), SAME_ID, other=written((place, earlier)))


def _not_run(nodes: list[dict[str, Any]]) -> Iterator[Finding]:
    for index, node in enumerate(nodes):
        if kinds.kind(node) in kinds.NOT_RUN:
            place = written(((None, "nodes"), index))
            yield Finding(node["id"], "import_not_run", {"place": place, "type": kinds.kind(node)})


def _older_parts(older: Mapping[str, list[Any]]) -> Iterator[Finding]:
    for part, entries in older.items():
        if entries:
            yield Finding(None, "import_older_part", {"place": part, "count": len(entries)})
