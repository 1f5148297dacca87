"""The description: every call is in it, and every answer is as it says, to the last name."""

import re
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from fikoadmin.api.openapi import description
from tests.api.client import Api, found, unique
from tests.contract.documents import action, by_hand, redirect, row, tag, when


@pytest.fixture(scope="module")
def described(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return description()


def test_every_call_is_described(app: Flask, described: dict[str, Any]) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    routes = {
        (re.sub(r"<\w+:(\w+)>", r"{\1}", rule.rule), method.lower()) for rule in rules for method in rule.methods or ()
    }
    calls = {(path, method) for path, methods in described["paths"].items() for method in methods}
    assert {route for route in routes if route[1] not in ("head", "options")} == calls
    assert len(calls) == 28


def test_every_reference_leads_somewhere(described: dict[str, Any]) -> None:
    names = set(re.findall(r"#/components/schemas/(\w+)", str(described["paths"]) + str(described["components"])))
    assert names <= described["components"]["schemas"].keys()


@pytest.fixture(scope="module")
def story(app: Flask, token: str) -> dict[str, Any]:
    """An answer of each kind: name of its schema -> a value that has everything in it."""
    api = Api(app, token)
    keyword, conversation = unique("key"), api.conversation()["id"]
    workflow = api.live(row(when(keyword), tag("vip"), redirect("sales")))
    api.live(row(when(keyword, tags=[unique()]), redirect("billing")))
    receipt = api.say(conversation, keyword)
    draft = found(api.post("/workflows/import", by_hand(action("custom_code"))), 201)
    return {
        "Conversation": found(api.get(f"/conversations/{conversation}")),
        "Message": found(api.get(f"/conversations/{conversation}/messages"))["items"][0],
        "ConversationEvent": found(api.get(f"/conversations/{conversation}/events"))["items"][-1],
        "Execution": found(api.get(f"/executions/{receipt['executions'][0]}")),
        "Workflow": found(api.get(f"/workflows/{workflow}")),
        "Document": found(api.get(f"/workflows/{workflow}/export")),
        "Imported": draft,
        "Receipt": receipt,
        "Event": found(api.get(f"/events/{receipt['event_id']}")),
        "Destination": found(api.get("/redirect-destinations"))[0],
        "ConversationPage": found(api.get("/conversations", limit=3)),
        "Problem": found(api.post(f"/workflows/{draft['id']}/activate"), 409),
    }


KINDS = [
    *("Conversation", "Message", "ConversationEvent", "Execution", "Workflow", "Document", "Imported", "Receipt"),
    *("Event", "Destination", "ConversationPage", "Problem"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_is_as_described(story: dict[str, Any], described: dict[str, Any], kind: str) -> None:
    schema = {"$ref": f"#/components/schemas/{kind}", "components": described["components"]}
    jsonschema_rs.validate(schema, story[kind])


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("Document", "Problem")])
def test_an_answer_has_nothing_that_is_not_described(
    story: dict[str, Any], described: dict[str, Any], kind: str
) -> None:
    assert list(unnamed(story[kind], {"$ref": f"/{kind}"}, described["components"]["schemas"], kind)) == []


def unnamed(value: Any, schema: dict[str, Any], schemas: dict[str, Any], place: str) -> Any:
    """The places in a value that its schema does not know."""
    if "$ref" in schema:
        schema = schemas[schema["$ref"].rsplit("/", 1)[-1]]
    if isinstance(value, list) and "items" in schema:
        for each in value:
            yield from unnamed(each, schema["items"], schemas, f"{place}[]")
    elif isinstance(value, dict) and "properties" in schema:
        yield from (f"{place}.{name}" for name in value.keys() - schema["properties"].keys())
        for name in value.keys() & schema["properties"].keys():
            yield from unnamed(value[name], schema["properties"][name], schemas, f"{place}.{name}")
