"""Documents come in through the page and go out the same; what cannot be read says where."""

import json
from io import BytesIO
from typing import Any

import pytest
from flask import Flask

from fikoadmin import documents
from tests.contract import documents as made
from tests.web.browsing import Visitor
from tests.web.drafting import id_in, workflow_at
from tests.web.forms import form_on

SAMPLES = ("en_2_redirect_to_human_support", "fa_1_welcome_new_user")


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("way", ["file", "text"])
def test_the_samples_come_in_through_the_page_and_go_out_the_same(
    office: Flask, editor: Visitor, name: str, way: str
) -> None:
    raw = json.dumps(made.sample(name), ensure_ascii=False).encode()
    sent: Any = {"file": (BytesIO(raw), "workflow.json")} if way == "file" else {"document": raw.decode()}
    answer = editor.post("/workflows/import", sent)
    assert answer.status_code == 303
    out = editor.get(f"/workflows/{id_in(answer.location)}/export")
    assert "attachment" in out.headers["Content-Disposition"]
    expected = documents.read(raw)
    bare = expected.bare() | {"workflow": expected.workflow | {"name": expected.name}}
    assert documents.canonical(json.loads(out.data)) == documents.canonical(bare)
    assert editor.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "Choose a file"),
        ("{", "is not JSON"),
        ('{"nodes": [{}]}', "nodes[0].id"),
        ('{"nodes": [], "workflow": {"name": "x\\u0000"}}', "workflow.name"),
        ('{"nodes": [], "workflow": {"name": "' + "x" * 201 + '"}}', "workflow.name"),
        ("[" * 3_000, "nested deeper"),
        ("\0", "NUL"),
    ],
)
def test_p29_what_cannot_be_imported_says_where_and_stays(editor: Visitor, text: str, told: str) -> None:
    answer = editor.post("/workflows/import", {"document": text})
    assert answer.status_code == 422
    assert 'id="document-error"' in answer.text
    assert told in answer.text
    assert "\0" in text or form_on(answer.text, "/import").values["document"] == text


def test_p29_a_refused_file_is_shown_to_be_mended(editor: Visitor) -> None:
    bad = '{"nodes": [{"id": "a"}]}'
    answer = editor.post("/workflows/import", {"file": (BytesIO(bad.encode()), "x.json")})
    assert answer.status_code == 422
    assert form_on(answer.text, "/import").values["document"] == bad


@pytest.mark.parametrize(("size", "status"), [(2_200_000, 422), (3_300_000, 413)])
def test_p29_a_file_that_is_too_large_is_refused(editor: Visitor, size: int, status: int) -> None:
    # Written out: the test client leaves the temporary files of large uploads open.
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.json"\r\n\r\n'
    headers = {"X-CSRFToken": form_on(editor.text("/workflows/import"), "/import").values["csrf_token"]}
    body = head + b" " * size + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    answer = editor.client.post("/workflows/import", data=body, content_type=kind, headers=headers)
    assert answer.status_code == status
    assert ("larger than 2 MiB" in answer.text) == (status == 422)


def test_p26_the_same_content_again_is_reported_and_a_name_replaces_its_own(office: Flask, editor: Visitor) -> None:
    text = json.dumps(made.redirect_workflow("sales", made.unique()))
    assert editor.post("/workflows/import", {"document": text}).status_code == 303
    answer = editor.post("/workflows/import", {"document": text, "name": "Second"})
    assert workflow_at(office, id_in(answer.location)).name == "Second"
    assert "was imported before" in editor.text(answer.location)
