"""Workflows to edit on the pages, and what their drafts then hold."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import Flask

from fikoadmin.extensions import db
from fikoadmin.models.actors import Actor
from fikoadmin.models.workflows import Workflow
from fikoadmin.services import drafts, workflows

AUTHOR = Actor("command", "", "test")


def imported(app: Flask, document: Mapping[str, Any]) -> int:
    """The id of the draft made of a document, bare or in its envelope."""
    with app.app_context():
        return workflows.import_document(json.dumps(document).encode(), AUTHOR)[0].id


def draft_of(app: Flask, workflow_id: int) -> dict[str, Any]:
    """The draft in the export format."""
    with app.app_context():
        return workflows.export(workflow_id)


def node_titled(app: Flask, workflow_id: int, title: str) -> dict[str, Any]:
    nodes = draft_of(app, workflow_id)["nodes"]
    found: dict[str, Any] = next(node for node in nodes if node["title"] == title)
    return found


def id_in(address: str) -> int:
    """The id of the workflow whose page that is."""
    found = re.search(r"/workflows/(\d+)", address)
    assert found, address
    return int(found[1])


def id_of(office: Flask, workflow_id: int, title: str) -> str:
    """The id of the first node of that title."""
    return str(next(node["id"] for node in draft_of(office, workflow_id)["nodes"] if node["title"] == title))


def line_to(office: Flask, workflow_id: int, title: str) -> str:
    """The id of the first connection that leads to that node."""
    target = id_of(office, workflow_id, title)
    found = (c for c in draft_of(office, workflow_id)["connections"] if c["target_node_id"] == target)
    return str(next(found)["id"])


def guard_to(office: Flask, workflow_id: int, title: str) -> Any:
    """The condition of that connection."""
    wanted = line_to(office, workflow_id, title)
    return next(c["condition"] for c in draft_of(office, workflow_id)["connections"] if c["id"] == wanted)


def ways(office: Flask, workflow_id: int) -> set[tuple[str, str, str]]:
    """(source, type, target) of the draft's connections, by the nodes' titles."""
    draft = draft_of(office, workflow_id)
    titles = {node["id"]: node["title"] for node in draft["nodes"]}
    lines = ((line["source_node_id"], line["connection_type"], line["target_node_id"]) for line in draft["connections"])
    return {(titles[source], type_, titles[target]) for source, type_, target in lines}


def plain(draft: dict[str, Any]) -> dict[str, Any]:
    """What of a draft is the same in every export of it."""
    return {part: draft[part] for part in ("workflow", "nodes", "connections")}


def one_node(app: Flask, node_type: str, **fields: Any) -> tuple[int, str]:
    """A new workflow with that node alone, titled "Node": the ids of both."""
    with app.app_context():
        workflow_id = workflows.create("Mine", AUTHOR).id
        return workflow_id, drafts.add_node(workflow_id, node_type, {"title": "Node", **fields}, AUTHOR).id


def changed_by_somebody_else(app: Flask, workflow_id: int, node_id: str, **fields: Any) -> None:
    with app.app_context():
        drafts.change_node(workflow_id, node_id, fields, AUTHOR)


def workflow_at(app: Flask, workflow_id: int) -> Workflow:
    """Its own columns, to be read when the session is gone."""
    with app.app_context():
        workflow = db.session.get_one(Workflow, workflow_id)
        db.session.expunge(workflow)
        return workflow
