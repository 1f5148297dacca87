"""The forms of nodes: each kind can be filled in, nothing that an import brought is lost, wrong input is told."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from tests.web.browsing import Visitor
from tests.web.drafting import node_titled, one_node
from tests.web.forms import send

Save = Callable[..., dict[str, Any]]


@pytest.fixture
def save(office: Flask, editor: Visitor) -> Save:
    """Makes a node with `fields`, opens its form, types `typed`, saves, and returns the node as it then is."""

    def saved(node_type: str, fields: dict[str, Any], **typed: str | list[str]) -> dict[str, Any]:
        workflow_id, node_id = one_node(office, node_type, **fields)
        page = f"/workflows/{workflow_id}/nodes/{node_id}"
        answer = send(editor, page, page, **typed)
        assert answer.status_code == 303, answer.text
        return node_titled(office, workflow_id, str(typed.get("title", "Node")))

    return saved
