"""What is sent: read strictly, every wrong field named, nothing changed."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from tests.api.client import Api, found, unique, wrong_fields

LONG = "x" * 500


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"first_name": 7, "email": LONG, "tags": ["vip", 7, " "]}, ["first_name", "email", "tags[1]", "tags[2]"]),
        ({"tags": ["x"] * 101}, ["tags"]),
        ({"source": "fax", "source_id": ""}, ["source", "source_id"]),
        ([], ["body"]),
        (7, ["body"]),
    ],
)
def test_p29_every_wrong_field_is_named(api: Api, body: Any, fields: list[str]) -> None:
    assert sorted(wrong_fields(api.post("/customers", body))) == sorted(fields)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"customer": {"first_name": 7}, "source": "web"}, ["customer.first_name"]),
        ({"customer": {}, "customer_id": "1", "source": "web"}, ["customer_id"]),
        ({"customer_id": 1, "source": "web"}, ["customer_id"]),
        ({"customer_id": "007", "source": "web"}, ["customer_id"]),
        ({"customer_id": "9" * 18, "source": "web"}, ["customer_id"]),
    ],
)
def test_p29_and_nested_ones(api: Api, body: Any, fields: list[str]) -> None:
    assert wrong_fields(api.post("/conversations", body)) == fields


@pytest.mark.parametrize(
    ("event_type", "data", "fields"),
    [
        ("MESSAGE_RECEIVED", {"content": 7, "message_id": True}, ["data.content", "data.message_id"]),
        ("MESSAGE_SENT", {"sender_id": LONG, "sender_name": LONG}, ["data.sender_id", "data.sender_name"]),
        ("USER_UPDATED", {"first_name": LONG, "email": {}}, ["data.first_name", "data.email"]),
        ("WEBHOOK", {"message_id": LONG}, ["data.message_id"]),
        ("INSTAGRAM_COMMENT", {"message_id": "a\nb"}, ["data.message_id"]),
    ],
)  # fmt: skip
def test_p29_the_data_of_an_event(api: Api, event_type: str, data: Any, fields: list[str]) -> None:
    body = {"event_type": event_type, "conversation_id": api.conversation()["id"], "data": data}
    assert sorted(wrong_fields(api.post("/events", body))) == sorted(fields)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        *((r'{"a": ["b\u0000"]}', "data.a[0]"), (r'{"a": "\ud800"}', "data.a"), (r'{"a": NaN}', "data.a")),
        *(('{"a": 1, "a": 2}', "data.a"), ('{"a": 1e999}', "data.a")),
    ],
)
def test_p29_what_is_no_clean_json_is_named_by_its_place(api: Api, value: str, field: str) -> None:
    assert wrong_fields(api.send("/events", f'{{"event_type": "WEBHOOK", "data": {value}}}'.encode())) == [field]


@pytest.mark.parametrize("body", [b"{", b"", b"\xff", b"\xef\xbb\xbf{", b"[1,]"])
def test_p29_what_is_no_json_is_400(api: Api, body: bytes) -> None:
    assert found(api.send("/customers", body), 400)["title"] == "Not JSON"


def test_nesting_beyond_any_use_is_refused(api: Api) -> None:
    assert wrong_fields(api.send("/customers", b"[" * 100_000)) == ["body"]


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_p29_another_media_type(api: Api, kind: str) -> None:
    assert api.send("/customers", b"{}", kind).status_code == 415


def test_a_charset_beside_the_media_type_is_fine(api: Api) -> None:
    assert api.send("/customers", b"{}", "application/json; charset=utf-8").status_code == 201


@pytest.mark.parametrize(("path", "size"), [("/customers", 2**20), ("/workflows/import", 2**21)])
def test_p29_one_byte_too_much(api: Api, path: str, size: int) -> None:
    assert api.send(path, b" " * size).status_code == 400
    assert api.send(path, b" " * (size + 1)).status_code == 413


def test_p29_too_much_without_saying_so(app: Flask, api: Api) -> None:
    unsaid = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input": BytesIO(b" " * (2**20 + 1)),
        "wsgi.input_terminated": True,
    }
    answer = app.test_client().post(
        "/api/v1/customers", headers=api.headers, content_type="application/json", environ_overrides=unsaid
    )
    assert (answer.status_code, answer.mimetype) == (413, "application/problem+json")


def test_names_that_we_do_not_know_are_ignored(api: Api) -> None:
    assert "shoe_size" not in api.customer(shoe_size=43, last_name=None)


def test_a_number_and_its_text_are_one_message_id(api: Api) -> None:
    conversation, number = api.conversation()["id"], int(unique("")[-6:], 16)
    first, again = (
        api.say(conversation, "x", data={"content": "x", "message_id": message_id})
        for message_id in (number, str(number))
    )
    assert again == first | {"duplicate": True}


@pytest.mark.parametrize("path", ["/conversations", "/executions", "/workflows"])
@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "٣"}, {"limit": ""}, {"after": "x"}, {"after": "\0"}])
def test_p29_odd_queries_are_named(api: Api, path: str, query: dict[str, str]) -> None:
    assert wrong_fields(api.get(path, **query)) == list(query)


@pytest.mark.parametrize("name", ["destination", "conversation_id", "status", "customer_id"])
def test_p29_no_query_reaches_the_database_with_a_nul(api_on_postgres: Api, name: str) -> None:
    for path in ("/conversations", "/executions"):
        assert api_on_postgres.get(path, **{name: "a\0b"}).status_code == 422


@pytest.mark.parametrize("path", ["/conversations/a%00b", "/events/a%00b", "/executions/" + "9" * 40])
def test_p29_nor_does_an_id(api_on_postgres: Api, path: str) -> None:
    assert api_on_postgres.get(path).status_code == 404
    assert api_on_postgres.delete("/customers/1/tags/a%00b").status_code == 404


def test_p29_no_length_reaches_a_column_that_is_too_short(api_on_postgres: Api) -> None:
    conversation = api_on_postgres.conversation()["id"]
    data = {"sender": "operator", "sender_id": "i" * 60, "sender_name": "n" * 200, "message_id": "m" * 200}
    body = {"event_type": "MESSAGE_SENT", "conversation_id": conversation, "event_id": "e" * 200, "data": data}
    assert api_on_postgres.post("/events", body).status_code == 202
    full = {"first_name": "x" * 200, "email": "x" * 254, "phone_number": "x" * 40, "source_id": "x" * 200}
    assert api_on_postgres.post("/customers", full | {"tags": ["t" * 100]}).status_code == 201
