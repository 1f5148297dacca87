"""Customers and their tags."""

from typing import Any
from urllib.parse import quote

import pytest

from tests.contract.client import Client
from tests.contract.documents import redirect, row, unique, untag, when

SARA = {
    "first_name": "سارا",
    "last_name": "Ahmadi",
    "email": "sara@example.com",
    "phone_number": "+989121234567",
    "username": "sara42",
    "source": "telegram",
    "tags": ["new", "vip"],
}


def test_a_customer_keeps_what_was_given(fiko: Client) -> None:
    given = SARA | {"source_id": unique("c")}
    made = fiko.post("/customers", given, 201)
    assert isinstance(made["id"], str)
    for shown in (made, fiko.get(f"/customers/{made['id']}")):
        assert {name: shown[name] for name in given} | {"tags": sorted(shown["tags"])} == given


def test_a_known_source_and_source_id_is_the_same_customer(fiko: Client) -> None:
    given = SARA | {"source_id": unique("c")}
    made = fiko.post("/customers", given, 201)
    again = fiko.post("/customers", given | {"first_name": "Other"}, 200)
    assert again["id"] == made["id"]


@pytest.mark.parametrize("field", ["source", "source_id"])
def test_otherwise_another_one(fiko: Client, field: str) -> None:
    given = SARA | {"source_id": unique("c")}
    other = given | {field: "instagram" if field == "source" else unique("c")}
    assert fiko.post("/customers", given, 201)["id"] != fiko.post("/customers", other, 201)["id"]


def test_tags_are_added_and_removed(fiko: Client) -> None:
    customer = fiko.customer()["id"]
    for name in ("vip", "new", "vip"):
        fiko.post(f"/customers/{customer}/tags", {"name": name})
    assert sorted(fiko.get(f"/customers/{customer}")["tags"]) == ["new", "vip"]
    fiko.call("DELETE", f"/customers/{customer}/tags/vip", expect=204)
    assert fiko.get(f"/customers/{customer}")["tags"] == ["new"]


@pytest.mark.parametrize("name", ["مشتری ویژه", "a b", "50%", "Needs_Human_Support", "é"])
def test_a_tag_may_have_any_letters(fiko: Client, name: str) -> None:
    customer = fiko.customer()["id"]
    fiko.post(f"/customers/{customer}/tags", {"name": name})
    assert fiko.get(f"/customers/{customer}")["tags"] == [name]
    fiko.call("DELETE", f"/customers/{customer}/tags/{quote(name, safe='')}", expect=204)
    assert fiko.get(f"/customers/{customer}")["tags"] == []


def test_a_tag_is_removed_by_what_it_was_added_by(fiko: Client) -> None:
    customer = fiko.customer()["id"]
    assert fiko.post(f"/customers/{customer}/tags", {"name": " lead "})["tags"] == ["lead"]
    fiko.call("DELETE", f"/customers/{customer}/tags/%20lead%20", expect=204)
    assert fiko.get(f"/customers/{customer}")["tags"] == []


def test_a_tag_that_is_not_there_removes_nothing(fiko: Client) -> None:
    customer = fiko.customer(tags=["vip"])["id"]
    assert fiko.ask("DELETE", f"/customers/{customer}/tags/other").status in (204, 404)
    assert fiko.get(f"/customers/{customer}")["tags"] == ["vip"]


def test_a_tag_added_raises_its_event_once(fiko: Client) -> None:
    name, conversation = unique("tag"), fiko.conversation()
    workflow = fiko.live(row(when(when_type="add_tag", tags=[name]), redirect("sales")))
    for _ in range(3):
        fiko.add_tag(conversation, name)
    (execution,) = fiko.executions(workflow)
    assert execution["conversation_id"] == conversation
    assert fiko.state(conversation).destination == "sales"


def test_removed_and_added_again_it_raises_it_again(fiko: Client) -> None:
    name, conversation = unique("tag"), fiko.conversation()
    workflow = fiko.live(row(when(when_type="add_tag", tags=[name]), untag(unique("other"))))
    for _ in range(2):
        fiko.add_tag(conversation, name)
        fiko.call("DELETE", f"/customers/{fiko.customer_id(conversation)}/tags/{name}", expect=204)
    assert len(fiko.executions(workflow)) == 2


def test_a_tag_goes_to_the_open_conversation_changed_last(fiko: Client) -> None:
    name, customer = unique("tag"), fiko.customer()["id"]
    body = {"customer_id": customer, "source": "test"}
    first, second = (fiko.post("/conversations", body, 201)["id"] for _ in range(2))
    fiko.redirect(second, "sales")
    fiko.redirect(first, "billing")
    workflow = fiko.live(row(when(when_type="add_tag", tags=[name]), redirect("general")))
    fiko.post(f"/customers/{customer}/tags", {"name": name})
    assert [execution["conversation_id"] for execution in fiko.executions(workflow)] == [first]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("first_name", 7), ("last_name", []), ("email", {}), ("phone_number", 98912), ("username", True)),
        *(("tags", "vip"), ("tags", [7]), ("tags", {"vip": True}), ("source", 7), ("source_id", [])),
    ],
)
def test_p29_wrong_fields_are_named(fiko: Client, field: str, value: Any) -> None:
    answer = fiko.ask("POST", "/customers", SARA | {"source_id": unique("c")} | {field: value})
    assert answer.status == 422
    assert any(error["field"].startswith(field) for error in answer.json["errors"])


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": None}, {"name": 7}, {"name": ["vip"]}])
def test_p29_a_tag_needs_a_name(fiko: Client, body: Any) -> None:
    customer = fiko.customer()["id"]
    answer = fiko.ask("POST", f"/customers/{customer}/tags", body)
    assert answer.status == 422
    assert [error["field"] for error in answer.json["errors"]] == ["name"]
    assert fiko.get(f"/customers/{customer}")["tags"] == []
