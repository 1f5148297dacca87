"""Errors: problem documents with the right status, and never a 5xx, whatever comes in."""

import gzip
import http.client
import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.app_server import Answer
from tests.contract.client import Client
from tests.contract.documents import by_hand, tag, unique

PROBLEM = "application/problem+json"
DEEP = 100_000


def assert_problem(answer: Answer, *statuses: int) -> None:
    """RFC 9457: the media type, an object, and the status of the answer itself."""
    assert answer.status in statuses, answer.text[:500]
    assert answer.headers.get_content_type() == PROBLEM
    assert answer.json.get("status", answer.status) == answer.status
    assert answer.json.get("title") or answer.json.get("detail")


def raw(fiko: Client, method: str, path: str, body: bytes, **headers: str) -> Answer:
    """A request with a body that is sent as it is, JSON or not."""
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {fiko.app.token()}"}
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return fiko.app.request(method, f"/api/v1{path}", body, sent | named)


POSTS = [
    *("/events", "/customers", "/conversations", "/workflows/import"),
    *("/conversations/{conversation}/redirect", "/conversations/{conversation}/messages"),
    *("/customers/{customer}/tags", "/workflows/{workflow}/trigger"),
]


@pytest.fixture(scope="module")
def places(fiko: Client) -> dict[str, str]:
    """Ids to put into paths."""
    conversation = fiko.conversation()
    workflow = fiko.live(by_hand(tag("seen")))
    return {
        "conversation": conversation,
        "customer": fiko.customer_id(conversation),
        "workflow": workflow,
        "execution": fiko.trigger(workflow, conversation)["id"],
    }


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("body", [b"{not json", b"", b"'x'", b"\xff\xfe", b'{"a": 1', b"undefined"])
def test_p29_not_json(fiko: Client, places: dict[str, str], post: str, body: bytes) -> None:
    assert_problem(raw(fiko, "POST", post.format(**places), body), 400)


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_p29_another_media_type(fiko: Client, places: dict[str, str], post: str, kind: str) -> None:
    assert_problem(raw(fiko, "POST", post.format(**places), b"{}", Content_Type=kind), 415)


def test_p29_a_compressed_body_is_refused_as_that(fiko: Client) -> None:
    answer = raw(fiko, "POST", "/customers", gzip.compress(b"{}"), Content_Encoding="gzip")
    assert_problem(answer, 415)
    assert "Content-Encoding" in answer.json["detail"]
    assert raw(fiko, "POST", "/customers", b"{}", Content_Encoding="identity").status == 201


@pytest.mark.parametrize("post", POSTS)
@pytest.mark.parametrize("body", [b"[]", b"7", b'"text"', b"true", b"null"])
def test_p29_json_that_is_no_object(fiko: Client, places: dict[str, str], post: str, body: bytes) -> None:
    assert_problem(raw(fiko, "POST", post.format(**places), body), 400, 422)


@pytest.mark.parametrize("post", POSTS)
def test_p29_a_body_that_is_too_large_is_not_read(fiko: Client, places: dict[str, str], post: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", int(fiko.app.environment["PORT"]), timeout=20)
    connection.putrequest("POST", f"/api/v1{post.format(**places)}")
    headers = {"Content-Type": "application/json", "Content-Length": str(10**10)}
    for name, value in (headers | {"Authorization": f"Bearer {fiko.app.token()}"}).items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert_problem(Answer(answer.status, answer.headers, answer.read()), 413)
    connection.close()


CALLS = [
    *[("POST", post) for post in POSTS],
    ("GET", "/redirect-destinations"),
    ("GET", "/workflows"),
    ("GET", "/workflows/{workflow}"),
    ("GET", "/workflows/{workflow}/export"),
    ("POST", "/workflows/{workflow}/activate"),
    ("POST", "/workflows/{workflow}/pause"),
    ("POST", "/workflows/{workflow}/archive"),
    ("GET", "/customers/{customer}"),
    ("DELETE", "/customers/{customer}/tags/vip"),
    ("GET", "/conversations"),
    ("GET", "/conversations/{conversation}"),
    ("GET", "/conversations/{conversation}/messages"),
    ("GET", "/conversations/{conversation}/events"),
    ("GET", "/executions"),
    ("GET", "/executions/{execution}"),
    ("POST", "/executions/{execution}/cancel"),
    ("POST", "/executions/{execution}/retry"),
]


@pytest.mark.parametrize(("method", "call"), CALLS)
@pytest.mark.parametrize("bearer", [None, "Bearer wrong", "Bearer", "Basic YTpi", "wrong", "Bearer é"])
def test_no_or_a_bad_token(fiko: Client, places: dict[str, str], method: str, call: str, bearer: str | None) -> None:
    headers = {"Content-Type": "application/json"} | ({} if bearer is None else {"Authorization": bearer})
    body = b"{}" if method == "POST" else None
    assert_problem(fiko.app.request(method, f"/api/v1{call.format(**places)}", body, headers), 401)


ODD_IDS = [
    *("nobody", "0", "-1", "1.5", "1e3", "9" * 40, "true", "null", "undefined", "None", "NaN"),
    *("' OR 1=1 --", "x" * 3000, "\x00", "a\x00b", "\n", " ", "٣", "سلام", "💬", "\u202e", "%", "{}", "[1]"),
    *("a/b", "..", "../..", "<script>", "*", "1;2", "\\", "?", "#"),
]
WITH_IDS = [(method, call) for method, call in CALLS if "{" in call]


@pytest.mark.parametrize(("method", "call"), WITH_IDS)
def test_p29_ids_of_every_odd_kind(fiko: Client, method: str, call: str) -> None:
    for odd in ODD_IDS:
        named = dict.fromkeys(("workflow", "customer", "conversation", "execution"), quote(odd, safe=""))
        body = b'{"destination": "ai", "content": "x", "name": "x"}' if method == "POST" else b""
        assert 400 <= raw(fiko, method, call.format(**named), body).status < 500, (method, call, odd)


@pytest.mark.parametrize("call", [call for method, call in WITH_IDS if method == "GET"])
def test_p29_what_is_not_there(fiko: Client, call: str) -> None:
    names = dict.fromkeys(("workflow", "customer", "conversation", "execution"), "nobody")
    assert_problem(fiko.ask("GET", call.format(**names)), 404)


@pytest.mark.parametrize("path", ["/", "/nothing", "/conversations/x/y/z", "/workflows/import/x"])
def test_p29_no_such_call(fiko: Client, path: str) -> None:
    assert_problem(fiko.ask("GET", path), 404, 405)


@pytest.mark.parametrize("call", ["/workflows", "/conversations", "/executions"])
@pytest.mark.parametrize(
    "query",
    [
        *(
            "limit=0",
            "limit=-1",
            "limit=201",
            "limit=abc",
            "limit=1e9",
            "limit=",
            "limit=%00",
            "limit=" + "9" * 50,
        ),
        *("after=nonsense", "after=", "after=%00", "after=%ff", "after=" + "9" * 50, "after=%D9%A3", "limit=%D9%A3"),
        *("status=NOPE", "status=%00", "workflow_id=x", "conversation_id=%00", "workflow_id=" + "9" * 50),
    ],
)
def test_p29_odd_queries(fiko: Client, call: str, query: str) -> None:
    answer = fiko.ask("GET", f"{call}?{query}")
    assert answer.status < 500
    if answer.status == 200:
        assert len(answer.json["items"]) <= 200
    else:
        assert_problem(answer, 400, 404, 422)


# Values that break a careless reader, as JSON text, in the place of any field.
ODD_VALUES = [
    *(r'"\u0000"', r'"a\u0000b"', r'"\ud800"', r'"\udfff x"', '"\\uD83D"', '"' + "x" * 200_000 + '"'),
    *("9" * 400, "-" + "9" * 30, "1e400", "-0", "0.1", "true", "null", "[]", "{}", '""', '"\\u202e"'),
    *("NaN", "Infinity", "-Infinity", "[" * DEEP, "[" * 500 + "]" * 500, '{"a":' * 500 + "1" + "}" * 500),
    *('{"a": 1, "a": 2}', '["x", null, 7]', r'{"\u0000": 1}', r'{"\ud800": 1}'),
]


def message(data: str = '{"content": "x"}', rest: str = "") -> tuple[str, str]:
    kind = '"event_type": "MESSAGE_RECEIVED", "conversation_id": "{conversation}"'
    return "/events", f'{{{kind}, "data": {data}{rest}}}'


# Each body with `@` where the odd value goes.
BODIES = [
    message("@"),
    message('{"content": @}'),
    message('{"content": "x", "more": @}'),
    message('{"content": "x", "message_id": @}'),
    message(rest=', "event_id": @'),
    message(rest=', "user_id": @'),
    ("/events", '{"event_type": @, "conversation_id": "{conversation}", "data": {"content": "x"}}'),
    ("/events", '{"event_type": "MESSAGE_RECEIVED", "conversation_id": @, "data": {"content": "x"}}'),
    (
        "/events",
        '{"event_type": "WEBHOOK", "conversation_id": "{conversation}", "user_id": @, "data": {"a": @}}',
    ),
    ("/customers", '{"first_name": @}'),
    ("/customers", '{"first_name": "x", "source": @, "source_id": @}'),
    ("/customers", '{"first_name": "x", "email": @, "phone_number": @, "username": @, "last_name": @}'),
    ("/customers", '{"first_name": "x", "tags": @}'),
    ("/customers", '{"first_name": "x", "tags": [@]}'),
    ("/customers/{customer}/tags", '{"name": @}'),
    ("/conversations", '{"customer_id": @, "source": "test"}'),
    ("/conversations", '{"customer": @, "source": "test"}'),
    ("/conversations", '{"customer": {"first_name": @}, "source": "test"}'),
    ("/conversations", '{"customer": {"first_name": "x"}, "source": @}'),
    ("/conversations/{conversation}/messages", '{"content": @}'),
    ("/conversations/{conversation}/messages", '{"content": "x", "note": @}'),
    ("/conversations/{conversation}/redirect", '{"destination": @}'),
    ("/conversations/{conversation}/redirect", '{"destination": "ai", "epoch": @}'),
    ("/workflows/{workflow}/trigger", '{"conversation_id": @}'),
    ("/workflows/import", '{"workflow_data": @}'),
    ("/workflows/import", '{"workflow": @, "nodes": [], "connections": []}'),
    ("/workflows/import", '{"workflow": {"name": @}, "nodes": @, "connections": @}'),
    ("/events", "@"),
    ("/customers", "@"),
]


@pytest.mark.parametrize(("path", "body"), BODIES)
def test_p29_no_input_gives_a_5xx(fiko: Client, places: dict[str, str], path: str, body: str) -> None:
    for value in ODD_VALUES:
        text = body.replace("{conversation}", places["conversation"]).replace("@", value)
        answer = raw(fiko, "POST", path.format(**places), text.encode())
        assert answer.status < 500, (value[:40], answer.text[:500])
        if answer.status >= 400:
            assert_problem(answer, answer.status)


@pytest.mark.parametrize("value", [r'"\u0000"', r'"a\u0000b"', r'"\ud800"', "NaN"])
@pytest.mark.parametrize("key", ["content", "first_name"])
def test_p29_what_no_database_can_keep_is_refused(fiko: Client, value: str, key: str) -> None:
    conversation = fiko.conversation()
    path = f"/conversations/{conversation}/messages" if key == "content" else "/customers"
    assert_problem(raw(fiko, "POST", path, f'{{"{key}": {value}}}'.encode()), 400, 422)
    assert fiko.messages(conversation) == []


@pytest.mark.parametrize("content", ["\u202e", "💬", "\u200c", "سَلام", "<script>a</script>", "'; --", "\ufeff"])
def test_whatever_else_a_customer_writes_is_kept(fiko: Client, content: str) -> None:
    conversation = fiko.at("support")
    fiko.say(conversation, f"x{content}x")
    assert [message["content"] for message in fiko.messages(conversation)] == [f"x{content}x"]


def test_p29_a_problem_names_each_field(fiko: Client) -> None:
    body = json.dumps({"first_name": 7, "source_id": unique("c"), "tags": "vip"}).encode()
    answer = raw(fiko, "POST", "/customers", body)
    assert_problem(answer, 422)
    errors: list[dict[str, Any]] = answer.json["errors"]
    assert {"first_name", "tags"} <= {error["field"] for error in errors}
    assert all(isinstance(error["message"], str) and error["message"] for error in errors)
