"""Workflows in the export format, as another system would write them."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

Document = dict[str, Any]

SAMPLES = Path(__file__).parent.with_name("fixtures") / "samples"


def sample(name: str) -> Document:
    """One of the real exports in `tests/fixtures/samples/`, in its envelope."""
    document: Document = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return document


def unique(word: str = "w") -> str:
    """A word that no other test uses: live workflows see every conversation of the installation."""
    return f"{word}-{uuid4().hex[:12]}"


def node(node_type: str, title: str, **fields: Any) -> Document:
    place: Document = {"id": str(uuid4()), "position_x": 100.0, "position_y": 100.0}
    return place | {"node_type": node_type, "title": title, "configuration": {}, "is_active": True} | fields


def when(*keywords: str, title: str = "When", **fields: Any) -> Document:
    """A When node, for messages unless `when_type` says otherwise."""
    lists = {"keywords": list(keywords), "channels": ["all"], "tags": []}
    return node("when", title, **({"when_type": "receive_message"} | lists | fields))


def never(title: str = "When") -> Document:
    """A When node that no message matches: its workflow starts by hand only."""
    return when(unique("never"), title=title)


def condition(*conditions: Document, combination: str = "and", title: str = "Condition") -> Document:
    return node("condition", title, conditions=list(conditions), combination_operator=combination)


def field(name: str, operator: str, value: Any = "") -> Document:
    return {"field": name, "operator": operator, "value": value}


def group(combination: str, *conditions: Document) -> Document:
    """A nested group. The format does not say how a group names its operator: both ways at once."""
    return {"combination_operator": combination, "operator": combination, "conditions": list(conditions)}


def guard(name: str, operator: str, value: Any = "") -> Document:
    """The extra condition of a connection, as one condition and as a group of one: both say the same."""
    return field(name, operator, value) | {
        "combination_operator": "and",
        "conditions": [field(name, operator, value)],
    }


def action(action_type: str, title: str = "", **fields: Any) -> Document:
    return node("action", title or action_type, action_type=action_type, **fields)


def redirect(destination: str, title: str = "Redirect") -> Document:
    return action("redirect_conversation", title, redirect_destination=destination)


def send(text: str, title: str = "Send", **fields: Any) -> Document:
    return action("send_message", title, message_content=text, **fields)


def tag(name: str, title: str = "Tag") -> Document:
    return action("add_tag", title, tag_name=name)


def untag(name: str, title: str = "Untag") -> Document:
    return action("remove_tag", title, tag_name=name)


def control(verb: str, title: str = "Control", **fields: Any) -> Document:
    return action("control_ai_response", title, ai_control_action=verb, **fields)


def set_status(status: str, title: str = "Status") -> Document:
    # The contract names no field for the new status; every name that it may reasonably have is given.
    named = {"conversation_status": status, "new_status": status, "status": status}
    return action("set_conversation_status", title, configuration=named, **named)


def note(text: str, title: str = "Note") -> Document:
    # As above: the contract names no field for the note's text.
    named = {"note": text, "note_content": text, "content": text}
    return action("add_note", title, configuration=named, message_content=text, **named)


def connection(source: Document, target: Document, kind: str = "success", **fields: Any) -> Document:
    ends = {"source_node_id": source["id"], "target_node_id": target["id"]}
    return {"id": str(uuid4()), "connection_type": kind, "condition": {}} | ends | fields


def in_a_row(*nodes: Document) -> list[Document]:
    """Connections by `success` from each node to the next."""
    return [connection(first, second) for first, second in zip(nodes, nodes[1:], strict=False)]


def document(nodes: Sequence[Document], connections: Sequence[Document], **workflow: Any) -> Document:
    """A bare document; `workflow` overrides fields of its workflow part."""
    part: Document = {"name": unique("Workflow"), "description": "", "status": "DRAFT", "ui_settings": {}}
    part |= {"edges": [], "max_executions": 0, "delay_between_executions": 0}
    part |= {"start_date": None, "end_date": None}
    older = ("triggers", "actions", "conditions", "trigger_associations", "workflow_actions")
    metadata = {"version": "1.0", "exported_at": "2025-10-15T18:45:00.000Z"}
    return {
        "workflow": part | workflow,
        "nodes": list(nodes),
        "connections": list(connections),
        **{name: [] for name in older},
        "export_metadata": metadata | {"original_workflow_id": str(uuid4())},
    }


def row(*nodes: Document, **workflow: Any) -> Document:
    """A workflow whose nodes follow one another by `success`."""
    return document(nodes, in_a_row(*nodes), **workflow)


def by_hand(*actions: Document, **workflow: Any) -> Document:
    """A workflow of actions in a row that starts by hand only."""
    return row(never(), *actions, **workflow)


def redirect_workflow(destination: str, keyword: str) -> Document:
    """When a message has the keyword, redirect the conversation."""
    return row(when(keyword), redirect(destination))


def later_kinds() -> list[Document]:
    """Nodes at which an execution stops until later, and a When node that the calendar starts."""
    return [
        action("delay", "Delay", delay_amount=5, delay_unit="minutes"),
        action("webhook", "Call", webhook_url="https://example.com/x", webhook_payload={"a": [1, None]}),
        action("send_email", "Mail"),
        node("waiting", "Ask", customer_message="Your e-mail?", storage_type="email", allowed_errors=3),
        when(title="Daily", when_type="scheduled", schedule_frequency="daily", schedule_time="09:00"),
    ]
