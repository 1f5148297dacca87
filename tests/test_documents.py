"""The strict reader of workflow documents, and the way back."""

import copy
import json
import random
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fikoadmin.documents import NotJSON, canonical, digest, read, read_value, write
from fikoadmin.engine.findings import findings
from fikoadmin.errors import Invalid

SAMPLES = sorted((Path(__file__).parent / "fixtures" / "samples").glob("*.json"))
EXPORTED = datetime(2026, 11, 1, tzinfo=UTC)
Json = dict[str, Any]


def bare(number: int = 0) -> Json:
    document: Json = json.loads(SAMPLES[number].read_text(encoding="utf-8"))["workflow_data"]
    return document


def changed(*steps: Any, to: Any) -> Json:
    """The first sample with one value, found by `steps`, set to `to`."""
    document = bare()
    place: Any = document
    for step in steps[:-1]:
        place = place[step]
    place[steps[-1]] = to
    return document


def refusal(value: Any) -> str:
    with pytest.raises(Invalid) as refused:
        read_value(value)
    return str(refused.value)


def exported(document: Json) -> Json:
    """What is written for a document that was imported under new ids."""
    new = read_value(document).with_new_ids()
    return write(
        workflow=new.workflow | {"name": new.name},
        nodes=new.nodes,
        connections=new.connections,
        rest=new.rest,
        status="ACTIVE",
        exported_at=EXPORTED,
        original_workflow_id="7",
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_p26_a_sample_comes_back_equal_under_new_ids(path: Path) -> None:
    envelope = json.loads(path.read_text(encoding="utf-8"))
    original = envelope["workflow_data"]
    result = exported(envelope)
    original["workflow"]["name"] = envelope["name"]
    text = json.dumps(result)
    for part in ("nodes", "connections"):
        for new, old in zip(result[part], original[part], strict=True):
            assert new["id"] != old["id"]
            text = text.replace(new["id"], old["id"])
    mapped = json.loads(text)
    for document in (mapped, original):
        del document["workflow"]["status"], document["export_metadata"]["exported_at"]
        del document["export_metadata"]["original_workflow_id"]
    assert mapped == original


def test_the_samples_import_without_warnings_and_with_every_node() -> None:
    read_ones = [read(path.read_bytes()) for path in SAMPLES]
    assert [len(document.nodes) for document in read_ones] == [6, 2]
    assert [document.warnings for document in read_ones] == [(), ()]
    assert [document.name for document in read_ones] == ["Redirect to Human Support", "Optional Name"]


def test_p26_everything_unknown_is_kept() -> None:
    document = bare()
    for place in (document, document["workflow"], document["nodes"][0], document["connections"][0]):
        place["unknown"] = {"deep": [1, 2.5, None, "<b>"]}
    document["export_metadata"] |= {"version": "1.4", "by": "somebody"}
    document["triggers"] = [{"id": "t1"}]
    assert canonical(exported(document)) == canonical(document)


def test_p26_ids_are_rewritten_wherever_they_stand() -> None:
    document = bare()
    old = document["nodes"][1]["id"]
    document["nodes"][2]["message_content"] = f"You said {{{{user_response_{old}}}}}"
    document["nodes"][1]["conditions"] = [{"field": f"user_response_{old}", "operator": "is_null"}]
    document["nodes"][2]["webhook_payload"] = {"a": [f"{{{{user_response_{old}}}}}"]}
    document["connections"][0]["condition"] = {"field": f"user_response_{old}", "operator": "is_null"}
    document["workflow"]["edges"] = [{"source": old, "target": document["nodes"][0]["id"]}]
    document["workflow"]["ui_settings"] = {old: {"x": 1}}
    result = exported(document)
    assert old not in json.dumps(result)
    assert json.dumps(result).count(result["nodes"][1]["id"]) == 10
    assert canonical(result) == canonical(document)


def test_reading_under_new_ids_leaves_the_first_reading_as_it_was() -> None:
    document = read_value(bare())
    before = copy.deepcopy(document)
    document.with_new_ids()
    assert document == before


def test_what_is_left_out_takes_its_default() -> None:
    document = read_value(
        {
            "workflow": {"name": "Small"},
            "nodes": [{"id": "a", "node_type": "when"}, {"id": "b", "node_type": "waiting"}],
            "connections": [{"source_node_id": "a", "target_node_id": "b"}],
        }
    )
    assert document.workflow["max_executions"] == 0
    assert document.nodes[0]["is_active"] is True
    assert document.nodes[1]["allowed_errors"] == 3
    assert document.connections[0]["connection_type"] == "success"
    assert document.rest["export_metadata"] == {"version": "1.0"}
    assert document.rest["triggers"] == []


@pytest.mark.parametrize(
    ("given", "envelope", "name"),
    [
        (None, {}, "Redirect to Human Support"),
        (None, {"name": ""}, "Redirect to Human Support"),
        (None, {"name": None}, "Redirect to Human Support"),
        (None, {"name": " New "}, " New "),
        ("Given", {"name": "New"}, "Given"),
    ],
)
def test_a_name_beside_the_document_replaces_its_own(given: str | None, envelope: Json, name: str) -> None:
    assert read_value({"workflow_data": bare()} | envelope, name=given).name == name


def test_p26_what_is_not_run_is_told_at_its_place() -> None:
    document = changed("nodes", 2, "action_type", to="custom_code") | {"triggers": [{}, {}]}
    assert [(w.code, w.node_id, w.message) for w in read_value(document).warnings] == [
        (
            "import_not_run",
            document["nodes"][2]["id"],
            "nodes[2]: 'custom_code' is kept, but this system does not run it",
        ),
        ("import_older_part", None, "triggers: 2 entries of an older format are kept, but not used"),
    ]


def test_an_empty_destination_and_empty_dates_are_read() -> None:
    document = changed("nodes", 4, "redirect_destination", to="")
    document["workflow"]["start_date"] = ""
    assert read_value(document).workflow["start_date"] is None


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


def test_the_digest_is_of_what_a_document_says() -> None:
    document = bare()
    same = exported(document)
    same["workflow"]["start_date"] = None
    assert digest(same) == digest(document)
    same["nodes"][0]["position_x"] = 250
    same["nodes"][2]["key_values"] = []
    assert digest(same) == digest(document)


@pytest.mark.parametrize(
    ("steps", "value"),
    [
        (("workflow", "name"), "Redirect to Human Support "),
        (("nodes", 0, "keywords"), ["help", "support", "agent", "human"]),
        (("nodes", 0, "is_active"), False),
        (("connections", 0, "connection_type"), "failure"),
        (("nodes", 2, "delay_amount"), 1),
    ],
)
def test_the_digest_tells_different_documents_apart(steps: tuple[Any, ...], value: Any) -> None:
    assert digest(changed(*steps, to=value)) != digest(bare())


def test_the_digest_knows_one_moment_by_two_names() -> None:
    utc, tehran = (
        changed("workflow", "start_date", to=text) for text in ("2025-10-15T18:45:00.000Z", "2025-10-15T22:15:00+03:30")
    )
    assert digest(utc) == digest(tehran) != digest(bare())


# F12: malformed variants of the samples.

HOSTILE: list[Any] = [
    *("<script>alert(1)</script>", "{{7*7}}", "'; DROP TABLE nodes; --", "\u202egnirts", "\0", "\ud83d", "💬", ""),
    *("x" * 300, "../../etc/passwd", "%s%n", "=cmd()", "\r\nSet-Cookie: a=b", "٣", "NaN", "__proto__"),
    *(None, True, -1, 0, 1.5, 2**31, 2**63, 10**40, -(10**40), 1e308, float("nan"), float("inf"), [], {}),
    *([[]], [None], {"a": {"b": []}}, ["x"] * 50, {"": ""}, {"conditions": [{}]}),
]
TEXTS = [
    *("NaN", "Infinity", "1e400", "01", "+1", ".5", "'x'", "undefined", r'"\u0000"', r'"\udc00"', '{"a":1,"a":2}'),
    *("[" * 40 + "]" * 40, "[" * 5000, "{" * 5000, "9" * 500, '"\x01"', '"\u202e"', "/* */ 1", "1 2", "]", '"'),
]


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) in a document."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
        yield value, key
        if isinstance(inner, dict | list):
            yield from places(inner)


def put(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    container[key] = chance.choice(HOSTILE)
    return json.dumps(document)


def dropped(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    del container[key]
    return json.dumps(document)


def doubled(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    if isinstance(container, list):
        container.append(copy.deepcopy(container[key]))
    else:
        container[chance.choice(["\0", "a b", "name", "id", "conditions", "é" * 100])] = container[key]
    return json.dumps(document)


def crossed(chance: random.Random, document: Json) -> str:
    """A value from elsewhere in the document: a wrong type that looks at home."""
    (container, key), (other, name) = chance.choices(list(places(document)), k=2)
    container[key] = copy.deepcopy(other[name])
    return json.dumps(document)


def spliced(chance: random.Random, document: Json) -> str:
    container, key = chance.choice(list(places(document)))
    container[key] = "@here@"
    return json.dumps(document).replace('"@here@"', chance.choice(TEXTS))


def truncated(chance: random.Random, document: Json) -> str:
    text = json.dumps(document)
    return text[: chance.randrange(len(text))]


def scrambled(chance: random.Random, document: Json) -> str:
    text = list(json.dumps(document, ensure_ascii=False))
    for _ in range(chance.randint(1, 5)):
        text[chance.randrange(len(text))] = chance.choice('{}[]",:\\0aé\0')
    return "".join(text)


def huge(chance: random.Random, document: Json) -> str:
    document["nodes"] = document["nodes"] * chance.choice([150, 300])
    document["unknown"] = [[] for _ in range(chance.randrange(100_000))]
    return json.dumps(document)


COMMON: list[Callable[[random.Random, Json], str]] = [put, dropped, doubled, crossed, spliced, truncated, scrambled]


def told(error: Invalid) -> str:
    """What a refusal says: a place and a reason, in characters that can leave the process."""
    assert error.field
    assert error.reason
    return str(error).encode().decode()


def outcome(raw: str) -> str:
    """`read`, or the place of the one error; anything else is a failure of the test."""
    try:
        document = read(raw.encode("utf-8", "surrogatepass"))
    except Invalid as error:
        return told(error)
    again = read_value(json.loads(json.dumps(document.with_new_ids().bare())))
    assert digest(again.bare()) == digest(document.bare())
    assert all(finding.message for finding in findings(document.bare()))
    return "read"


def test_f12_p26_p29_malformed_documents_are_read_or_refused_at_a_place() -> None:
    """500 variants; the pages and the API are given the same kinds of bodies in their own tests."""
    chance = random.Random(12)
    variants = [*COMMON * 70, *[huge] * 10]
    envelopes = [json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES]
    raws = [make(chance, copy.deepcopy(envelopes[n % 2]["workflow_data"])) for n, make in enumerate(variants)]
    outcomes = [outcome(raw) for raw in raws]
    assert len(outcomes) == 500
    assert 50 < outcomes.count("read") < 250
    assert len(set(outcomes)) > 150


def test_f12_reading_takes_memory_in_proportion() -> None:
    raw = json.dumps(bare() | {"unknown": [[]] * 100_000}).encode()
    tracemalloc.start()
    read(raw)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 32 * 1024**2
