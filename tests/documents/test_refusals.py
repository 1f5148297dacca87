"""The reader of workflow documents is strict, and an error names its place."""

import json
from typing import Any

import pytest

from fikoadmin.documents import NotJSON, read, read_value
from fikoadmin.errors import Invalid
from tests.documents.samples import bare, changed, refusal

WRONG = [
    (("nodes", 4, "redirect_destination"), "marketing", "'marketing' is not a destination"),
    (("nodes", 4, "redirect_destination"), 7, "must be a text, not '7'"),
    (("nodes", 0, "node_type"), "banana", "'banana' is not one of when, condition, action, waiting"),
    (("nodes", 0, "node_type"), None, "'null' is not one of when, condition, action, waiting"),
    (("nodes", 0, "id"), "", "must not be empty"),
    (("nodes", 0, "id"), 5, "must be a text, not '5'"),
    (("nodes", 0, "title"), "x" * 201, "is longer than 200 characters"),
    (("nodes", 0, "keywords"), "help", "must be a list, not 'help'"),
    (("nodes", 0, "keywords", 1), 7, "must be a text, not '7'"),
    (("nodes", 0, "is_active"), 1, "must be true or false, not '1'"),
    (("nodes", 0, "position_x"), True, "must be a number, not 'true'"),
    (("nodes", 0, "position_x"), 10**12, "must be between -1000000000 and 1000000000"),
    (("nodes", 0, "configuration"), [], "must be an object, not '[]'"),
    (("nodes", 0, "schedule_start_date"), "soon", "'soon' is not a date in ISO 8601"),
    (("nodes", 0, "schedule_time"), "25:00", "'25:00' is not a time of day in ISO 8601"),
    (("nodes", 0, "when_type"), "moon", "'moon' is not one of receive_message, add_tag,"),
    (("nodes", 1, "conditions"), {}, "must be a list, not '{}'"),
    (("nodes", 1, "conditions", 0), "x", "must be an object, not 'x'"),
    (("nodes", 1, "conditions", 0, "prompt"), 5, "must be a text, not '5'"),
    (("nodes", 1, "conditions", 0, "conditions"), 5, "must be a list, not '5'"),
    (("nodes", 1, "combination_operator"), "xor", "'xor' is not one of and, or"),
    (("nodes", 2, "delay_amount"), -1, "must be between 0 and 2147483647"),
    (("nodes", 2, "delay_amount"), 1.5, "must be a whole number, not '1.5'"),
    (("nodes", 2), 7, "must be an object, not '7'"),
    (("nodes",), {}, "must be a list, not '{}'"),
    (("connections", 1, "target_node_id"), "nowhere", "there is no node 'nowhere'"),
    (("connections", 1, "connection_type"), "maybe", "'maybe' is not one of success, failure, timeout, skip"),
    (("connections", 1, "condition"), 7, "must be an object, not '7'"),
    (("connections", 1, "condition"), {"field": 1}, ".field: must be a text, not '1'"),
    (("workflow",), [], "must be an object, not '[]'"),
    (("workflow", "name"), "x" * 201, "is longer than 200 characters"),
    (("workflow", "name"), " ", "must not be empty"),
    (("workflow", "status"), "LIVE", "'LIVE' is not one of DRAFT, ACTIVE, PAUSED, ARCHIVED"),
    (("workflow", "max_executions"), 2**31, "must be between 0 and 2147483647"),
    (("workflow", "max_executions"), 10**30, "is a number out of range"),
    (("workflow", "delay_between_executions"), "5", "must be a whole number, not '5'"),
    (("workflow", "start_date"), "0001-01-01T00:00:00+14:00", "'0001-01-01T00:00:00+14:00' is out of range"),
    (("workflow", "end_date"), "tomorrow", "'tomorrow' is not a date and time in ISO 8601"),
    (("export_metadata",), 7, "must be an object, not '7'"),
    (("export_metadata", "version"), "2.0", "'2.0' is not a version that can be read: 1.x"),
    (("export_metadata", "version"), 1.0, "'1.0' is not a version that can be read: 1.x"),
    (("export_metadata", "exported_at"), "then", "'then' is not a date and time in ISO 8601"),
    (("triggers",), {}, "must be a list, not '{}'"),
    (("unknown",), ["\ud800"], "[0]: contains a character that cannot be stored"),
    (("unknown",), {"\0": 1}, '["\\u0000"]: contains a character that cannot be stored'),
    (("unknown",), float("nan"), "is a number out of range"),
]


def place_of(steps: tuple[Any, ...]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


@pytest.mark.parametrize(("steps", "value", "message"), WRONG, ids=str)
def test_p26_p29_an_error_names_the_place(steps: tuple[Any, ...], value: Any, message: str) -> None:
    document = changed(*steps, to=value)
    between = "" if message[0] in ".[" else ": "
    expected = f"{place_of(steps)}{between}{message}"
    assert refusal(document).startswith(expected)
    assert refusal({"workflow_data": document}).startswith(expected)


def test_p26_missing_parts_that_nothing_can_stand_for() -> None:
    assert refusal({}) == "workflow: is missing"
    assert refusal([]) == "document: must be an object, not '[]'"
    assert refusal({"workflow_data": 5}) == "workflow_data: must be an object, not '5'"
    assert refusal({"nodes": [{"node_type": "when"}]}) == "nodes[0].id: is missing"
    document = bare()
    del document["connections"][0]["source_node_id"]
    assert refusal(document) == "connections[0].source_node_id: is missing"


def test_p26_one_id_twice_is_refused() -> None:
    document = changed("nodes", 3, "id", to=bare()["nodes"][1]["id"])
    document["connections"] = []
    assert refusal(document) == "nodes[3].id: is the id of nodes[1] as well"
    document = changed("connections", 3, "id", to=bare()["connections"][0]["id"])
    assert refusal(document) == "connections[3].id: is the id of connections[0] as well"


def test_p26_too_many_nodes_or_connections() -> None:
    document = bare()
    assert refusal(document | {"nodes": document["nodes"] * 200}) == "nodes: has 1200 entries; 1000 are allowed"
    many = document["connections"] * 1001
    assert refusal(document | {"connections": many}) == "connections: has 5005 entries; 5000 are allowed"


# What is put as text into a document in place of one value, and what is said.
STRICT = [
    ("NaN", "unknown.x: NaN is not a number"),
    ("-Infinity", "unknown.x: -Infinity is not a number"),
    ("1e999", "unknown.x: is a number out of range"),
    ("1" * 5000, "unknown.x: is a number out of range"),
    ('{"a": 1, "b": 2, "b": 2}', "unknown.x.b: is given twice"),
    (r'"\ud800"', "unknown.x: contains a character"),
    (r'{"a b": "\u0000"}', 'unknown.x["a b"]: contains a character'),
    ("[" * 32 + "]" * 32, "unknown.x" + "[0]" * 31 + ": is nested deeper than 32 levels"),
    ("[" * 500 + "]" * 500, "document: is nested deeper than 32 levels at character"),
    ('{"a":' * 100_000, "document: is nested deeper than 32 levels at character"),
    ("[1,]", "document: is not JSON: line 1, column"),
    ('"\t"', "document: is not JSON: line 1, column"),
    ('"' + "x" * 2 * 1024**2 + '"', "document: is larger than 2 MiB"),
]


@pytest.mark.parametrize(("text", "message"), STRICT, ids=lambda text: text[:20])
def test_p26_the_reader_is_strict(text: str, message: str) -> None:
    raw = json.dumps(bare() | {"unknown": {"x": "@"}}).replace('"@"', text)
    for form in (raw, raw.encode()):
        with pytest.raises(Invalid) as refused:
            read(form)
        assert str(refused.value).startswith(message)


def test_p26_depth_is_counted_inside_the_document() -> None:
    deep: Any = 1
    for _ in range(30):
        deep = [deep]
    assert read_value({"workflow_data": bare() | {"unknown": {"x": deep}}}).rest["unknown"] == {"x": deep}


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", "سلام".encode("cp1256"), b"nothing"])
def test_what_is_no_json_is_told_apart(raw: bytes) -> None:
    with pytest.raises(NotJSON):
        read(raw)


def test_a_byte_order_mark_is_let_pass() -> None:
    assert read(b"\xef\xbb\xbf" + json.dumps(bare()).encode()).name == "Redirect to Human Support"
