"""The API in a test's words, in process."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from fikoadmin.extensions import db
from fikoadmin.models.actors import Actor
from fikoadmin.services import accounts
from tests.contract.documents import Document


def new_token(app: Flask, scope: str = "full") -> str:
    with app.app_context():
        return accounts.create_token("tests", Actor("command"), scope)[1]


class Api:
    """Calls with one token; `post`, `get` and `delete` take paths below /api/v1."""

    def __init__(self, app: Flask, token: str | None = None) -> None:
        self.app = app
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.client.get(f"/api/v1{path}", query_string=query or None, headers=self.headers)

    def post(self, path: str, json: Any = None) -> TestResponse:
        body = {} if json is None else {"json": json}
        return self.client.post(f"/api/v1{path}", headers=self.headers, **body)

    def send(self, path: str, body: bytes, kind: str = "application/json") -> TestResponse:
        """A POST of these bytes, JSON or not."""
        return self.client.post(f"/api/v1{path}", data=body, headers=self.headers, content_type=kind)

    def delete(self, path: str) -> TestResponse:
        return self.client.delete(f"/api/v1{path}", headers=self.headers)

    def customer(self, **fields: Any) -> Document:
        made: Document = found(self.post("/customers", {"first_name": "Sara"} | fields), 201)
        return made

    def conversation(self, source: str = "test") -> Document:
        body = {"customer": {"first_name": "Sara"}, "source": source}
        made: Document = found(self.post("/conversations", body), 201)
        return made

    def live(self, document: Document) -> str:
        """The id of a workflow that is imported and ACTIVE."""
        workflow_id = str(found(self.post("/workflows/import", document), 201)["id"])
        found(self.post(f"/workflows/{workflow_id}/activate"))
        return workflow_id

    def say(self, conversation_id: str, content: str, **fields: Any) -> Document:
        body = {"event_type": "MESSAGE_RECEIVED", "conversation_id": conversation_id, "data": {"content": content}}
        receipt: Document = found(self.post("/events", body | fields), 202)
        return receipt

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """The SQL that is executed meanwhile."""
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            seen.append(statement)

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        yield seen
        event.remove(engine, "before_cursor_execute", note)


def found(answer: TestResponse, status: int = 200) -> Any:
    """What the answer says; fails where its status is another."""
    assert answer.status_code == status, answer.get_data(as_text=True)[:2000]
    return answer.get_json(silent=True)


def wrong_fields(answer: TestResponse) -> list[str]:
    """The fields that a 422 names."""
    return [error["field"] for error in found(answer, 422)["errors"]]


def unique(word: str = "w") -> str:
    return f"{word}-{uuid4().hex[:12]}"
