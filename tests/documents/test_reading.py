"""Documents are read, kept whole under new ids, and written back."""

import copy
import json
from pathlib import Path

import pytest

from fikoadmin.documents import canonical, read, read_value
from tests.documents.samples import SAMPLES, Json, bare, changed, exported


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
    assert read_value(document).workflow["start_date"] == ""
