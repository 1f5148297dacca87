"""Workflows in and out: what an import makes, keeps, says and refuses, and what an export gives back."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.app_server import Answer
from tests.contract.client import Client
from tests.contract.documents import (
    Document,
    action,
    by_hand,
    condition,
    connection,
    document,
    field,
    in_a_row,
    later_kinds,
    never,
    redirect,
    row,
    sample,
    send,
    tag,
    unique,
)

SAMPLES = ["en_2_redirect_to_human_support", "fa_1_welcome_new_user"]


def test_an_import_makes_a_draft(fiko: Client) -> None:
    name = unique("Greeting")
    made = fiko.post("/workflows/import", by_hand(tag("seen"), name=name), 201)
    assert (made["name"], made["status"], isinstance(made["id"], str)) == (name, "DRAFT", True)
    assert isinstance(made["warnings"], list)
    shown = fiko.get(f"/workflows/{made['id']}")
    assert (shown["id"], shown["name"], shown["status"]) == (made["id"], name, "DRAFT")
    assert made["id"] in [workflow["id"] for workflow in fiko.everything("/workflows")]


@pytest.mark.parametrize(
    ("envelope", "expected"), [({}, "inner"), ({"name": "outer"}, "outer"), ({"name": ""}, "inner")]
)
def test_a_name_in_the_envelope_replaces(fiko: Client, envelope: dict[str, str], expected: str) -> None:
    names = {"inner": unique("Inner"), "outer": unique("Outer")}
    body: Document = {"workflow_data": by_hand(tag("seen"), name=names["inner"])}
    body |= {"name": names.get(envelope["name"], "")} if envelope else {}
    made = fiko.post("/workflows/import", body, 201)
    assert made["name"] == names[expected]
    assert fiko.export(made["id"])["workflow"]["name"] == names[expected]


def test_an_active_document_is_imported_as_a_draft(fiko: Client) -> None:
    made = fiko.post("/workflows/import", by_hand(tag("seen"), status="ACTIVE"), 201)
    assert made["status"] == "DRAFT"


def test_p26_the_same_again_is_imported_with_a_warning(fiko: Client) -> None:
    bare = by_hand(tag("seen"))
    first, second = (fiko.post("/workflows/import", bare, 201) for _ in range(2))
    assert first["id"] != second["id"]
    assert len(second["warnings"]) > len(first["warnings"])


@pytest.mark.parametrize(
    "odd",
    [
        {"nodes": [never(), action("custom_code", custom_code="print(1)")]},
        {"nodes": [never(), action("instagram_comment_dm_reply")]},
        {"triggers": [{"id": "t", "name": "old"}]},
        {"actions": [{"id": "a", "name": "old"}]},
        {"conditions": [{"id": "c", "name": "old"}]},
        {"trigger_associations": [{"id": "t"}]},
        {"workflow_actions": [{"id": "w"}]},
    ],
    ids=lambda odd: "-".join(odd),
)
def test_p26_what_does_not_run_is_said_and_kept(fiko: Client, odd: Document) -> None:
    bare = by_hand(tag("seen")) | {"connections": []} | odd
    made = fiko.post("/workflows/import", bare, 201)
    assert made["warnings"]
    kept = without_ids(fiko.export(made["id"]), bare)
    assert all(kept[part] == odd[part] for part in odd if part != "nodes")
    assert kept["nodes"][1]["action_type"] == bare["nodes"][1]["action_type"]


def compared(whole: Document) -> Document:
    """A document without what a round trip may change besides ids."""
    part = {key: value for key, value in whole["workflow"].items() if key != "status"}
    ours = ("exported_at", "original_workflow_id")
    metadata = {key: value for key, value in whole["export_metadata"].items() if key not in ours}
    return whole | {"workflow": part, "export_metadata": metadata}


def without_ids(whole: Document, original: Document) -> Document:
    """A document, compared, with the ids of its nodes and connections mapped to those of the original."""
    text = json.dumps(compared(whole))
    for part in ("nodes", "connections"):
        assert len(whole[part]) == len(original[part])
        for mine, theirs in zip(whole[part], original[part], strict=True):
            text = text.replace(mine["id"], theirs["id"])
    mapped: Document = json.loads(text)
    return mapped


@pytest.mark.parametrize("name", SAMPLES)
def test_p26_a_sample_makes_the_round_trip(fiko: Client, name: str) -> None:
    envelope = sample(name)
    made = fiko.post("/workflows/import", envelope, 201)
    bare = envelope["workflow_data"]
    bare["workflow"]["name"] = envelope["name"]
    assert made["name"] == envelope["name"]
    assert without_ids(fiko.export(made["id"]), bare) == without_ids(bare, bare)


@pytest.mark.parametrize("name", SAMPLES)
def test_p26_ids_are_new(fiko: Client, name: str) -> None:
    bare = sample(name)["workflow_data"]
    exported = fiko.export(fiko.load(bare))
    old, new = ({node["id"] for node in whole["nodes"] + whole["connections"]} for whole in (bare, exported))
    assert not old & new
    assert exported["export_metadata"]["version"] == "1.0"


def everything() -> Document:
    """A document with every kind of node, odd texts and fields that nobody knows."""
    *calls, ask, daily = later_kinds()
    says = send("سلام {{user.first_name}} {{user_response_" + ask["id"] + "}} 💬\n", key_values=["Yes", "No"])
    asked = condition(field("answers.Ask", "equals", "x"), {"type": "ai", "prompt": "?"}, combination="or")
    nodes = [never(), asked, says, redirect("sales"), ask, *calls, daily, action("custom_code")]
    nodes[2] |= {"unknown_field": {"deep": [1, 2.5, None, "x"]}, "hidden": True}
    ways = [*in_a_row(*nodes[:5]), connection(asked, nodes[5], "failure")]
    ways += [connection(ask, nodes[5], kind) for kind in ("failure", "timeout", "skip")]
    ways[1] |= {"condition": field("user.source", "equals", "web"), "unknown": 1}
    return document(nodes, ways, max_executions=3, delay_between_executions=60, ui_settings={"zoom": 1.5})


def test_p26_everything_makes_the_round_trip(fiko: Client) -> None:
    bare = everything()
    once = fiko.export(fiko.load(bare))
    twice = fiko.export(fiko.load(once))
    assert without_ids(twice, once) == without_ids(once, once)
    for given, kept in zip(bare["nodes"], without_ids(once, bare)["nodes"], strict=True):
        assert {key: kept[key] for key in given} == given
    assert without_ids(once, bare)["connections"] == bare["connections"]
    assert without_ids(once, bare)["workflow"].items() >= compared(bare)["workflow"].items()


@pytest.mark.parametrize("empty", ["", None])
def test_p26_what_is_empty_makes_the_round_trip(fiko: Client, empty: str | None) -> None:
    start = never() | {f"schedule_{name}": empty for name in ("frequency", "start_date", "time")}
    bare = row(start, send("Hello"))
    bare["workflow"] |= {"start_date": empty, "end_date": empty}
    bare["connections"][0]["condition"] = None
    workflow = fiko.live(bare)
    kept, shown = without_ids(fiko.export(workflow), bare), fiko.get(f"/workflows/{workflow}")
    assert {name: kept["nodes"][0][name] for name in start} == start
    assert kept["workflow"].items() >= compared(bare)["workflow"].items()
    assert kept["connections"] == bare["connections"]
    assert (shown["start_date"], shown["end_date"]) == (None, None)
    assert fiko.trigger(workflow, fiko.conversation())["status"] == "COMPLETED"


@pytest.mark.parametrize("odd", [None, 5, True, [], {"a": [1]}, "x" * 100], ids=str)
def test_p26_a_field_that_its_kind_of_node_does_not_have_is_kept(fiko: Client, odd: Any) -> None:
    bare = row(never() | {"redirect_destination": odd, "tag_name": odd}, send("Hello"))
    start = fiko.export(fiko.load(bare))["nodes"][0]
    assert (start["redirect_destination"], start["tag_name"]) == (odd, odd)


def test_p26_node_ids_inside_texts_are_rewritten(fiko: Client) -> None:
    ask = later_kinds()[3]
    name = "{{user_response_" + ask["id"] + "}}"
    call = action("webhook", "Call", webhook_payload={"mail": name, "list": [name]})
    asked = condition(field("event.data.content", "equals", name))
    bare = row(never(), ask, send(f"Is it {name}?"), asked, call)
    exported = fiko.export(fiko.load(bare))
    new = exported["nodes"][1]["id"]
    assert ask["id"] not in json.dumps(exported)
    assert json.dumps(exported["nodes"]).count("{{user_response_" + new + "}}") == 4


def test_missing_fields_take_their_defaults(fiko: Client) -> None:
    name = unique("Small")
    workflow = fiko.load({"workflow": {"name": name}, "nodes": [], "connections": []})
    exported = fiko.export(workflow)
    assert (exported["workflow"]["name"], exported["nodes"]) == (name, [])
    assert exported["export_metadata"]["version"] == "1.0"


Break = Callable[[Document], Any]


def put(*steps: Any) -> Break:
    """Put the last of `steps` where the others lead."""
    *route, key, value = steps

    def change(whole: Document) -> None:
        place: Any = whole
        for step in route:
            place = place[step]
        place[key] = value

    return change


# What is done to a good document, and the place that the error names.
BROKEN: list[tuple[Break, str]] = [
    (put("nodes", 3, "redirect_destination", "marketing"), "nodes[3].redirect_destination"),
    (put("nodes", 3, "redirect_destination", 7), "nodes[3].redirect_destination"),
    (put("nodes", 1, "node_type", "banana"), "nodes[1].node_type"),
    (put("nodes", 1, "node_type", None), "nodes[1].node_type"),
    (put("nodes", 1, "title", 7), "nodes[1].title"),
    (put("nodes", 1, "is_active", "yes"), "nodes[1].is_active"),
    (put("nodes", 1, "position_x", "left"), "nodes[1].position_x"),
    (put("nodes", 0, "keywords", "help"), "nodes[0].keywords"),
    (put("nodes", 0, "keywords", [7]), "nodes[0].keywords"),
    (put("nodes", 2, 7), "nodes[2]"),
    (put("nodes", 2, None), "nodes[2]"),
    (put("nodes", {}), "nodes"),
    (put("nodes", "all"), "nodes"),
    (put("connections", 7), "connections"),
    (put("connections", 1, "x"), "connections[1]"),
    (put("connections", 1, "target_node_id", "nowhere"), "connections[1].target_node_id"),
    (put("connections", 1, "source_node_id", "nowhere"), "connections[1].source_node_id"),
    (put("connections", 1, "connection_type", "maybe"), "connections[1].connection_type"),
    (put("connections", 1, "condition", 7), "connections[1].condition"),
    (put("workflow", []), "workflow"),
    (put("workflow", "name", 7), "workflow.name"),
    (put("workflow", "name", "x" * 201), "workflow.name"),
    (put("workflow", "max_executions", -1), "workflow.max_executions"),
    (put("workflow", "max_executions", 10**30), "workflow.max_executions"),
    (put("workflow", "max_executions", "three"), "workflow.max_executions"),
    (put("workflow", "delay_between_executions", -1), "workflow.delay_between_executions"),
    (put("workflow", "delay_between_executions", 10**30), "workflow.delay_between_executions"),
    (put("workflow", "start_date", "soon"), "workflow.start_date"),
    (put("workflow", "end_date", 7), "workflow.end_date"),
    (put("export_metadata", "version", "2.0"), "export_metadata.version"),
    (put("export_metadata", "version", "banana"), "export_metadata.version"),
    (put("export_metadata", 7), "export_metadata"),
]


def good(name: str) -> Document:
    return by_hand(tag("a"), tag("b"), redirect("sales"), name=name)


def said(answer: Answer) -> str:
    """The one error of a 422 as the contract writes it: place, colon, what is wrong."""
    (error,) = answer.json["errors"]
    message: str = error["message"]
    place = error["field"]
    return message if message.startswith(place) else f"{place}: {message}"


@pytest.mark.parametrize("bare", [True, False], ids=["bare", "envelope"])
@pytest.mark.parametrize(("change", "place"), BROKEN)
def test_p26_an_error_names_the_place_and_nothing_changes(fiko: Client, change: Break, place: str, bare: bool) -> None:
    name = unique("Broken")
    broken = good(name)
    change(broken)
    answer = fiko.ask("POST", "/workflows/import", broken if bare else {"workflow_data": broken})
    assert answer.status == 422
    assert said(answer).startswith(f"{place}:") or said(answer).startswith(f"{place}[")
    assert name not in [workflow["name"] for workflow in fiko.everything("/workflows")]


def test_p26_the_words_of_an_unknown_destination(fiko: Client) -> None:
    broken = good(unique("Broken"))
    broken["nodes"][3]["redirect_destination"] = "marketing"
    answer = fiko.ask("POST", "/workflows/import", {"workflow_data": broken, "name": "x"})
    assert said(answer) == "nodes[3].redirect_destination: 'marketing' is not a destination"


def test_p26_two_nodes_with_one_id(fiko: Client) -> None:
    broken = good(unique("Broken"))
    broken["nodes"][2]["id"] = broken["nodes"][1]["id"]
    answer = fiko.ask("POST", "/workflows/import", broken)
    assert answer.status == 422
    assert said(answer).startswith(("nodes[2].id:", "nodes[1].id:"))


@pytest.mark.parametrize("version", ["1.0", "1.7"])
def test_other_1_x_versions_are_read(fiko: Client, version: str) -> None:
    bare = good(unique("Newer"))
    bare["export_metadata"]["version"] = version
    fiko.load(bare)


# JSON that the strict reader refuses, put into a good document in the place of its description.
STRICT = [
    *("NaN", "Infinity", r'"\u0000"', r'"\ud800"', r'{"\u0000": 1}', '{"a": 1, "a": 2}', "1e999"),
    *("[" * 300 + "]" * 300, "[" * 100_000),
]


@pytest.mark.parametrize("value", STRICT, ids=lambda value: value[:16])
def test_p26_the_reader_is_strict(fiko: Client, value: str) -> None:
    name = unique("Strict")
    body = json.dumps(good(name) | {"unknown": "@"}).replace('"@"', value).encode()
    headers = {"Authorization": f"Bearer {fiko.app.token()}", "Content-Type": "application/json"}
    answer = fiko.app.request("POST", "/api/v1/workflows/import", body, headers)
    assert answer.status in (400, 413, 422)
    assert name not in [workflow["name"] for workflow in fiko.everything("/workflows")]
