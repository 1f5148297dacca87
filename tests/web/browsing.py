"""A visitor of the pages without JavaScript: keeps cookies, and sends forms as a browser does."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from bench.counting import counting
from fikoadmin.models.accounts import Operator
from fikoadmin.models.actors import Actor
from fikoadmin.services import accounts

PASSWORD = "correct horse battery"


class Token(HTMLParser):
    """Finds the first form's token."""

    value = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        named = dict(attributes)
        if tag == "input" and named.get("name") == "csrf_token" and not self.value:
            self.value = named.get("value") or ""


class Visitor:
    """One browser, perhaps somebody's who has signed in; `operator` is theirs."""

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.operator: Operator | None = None

    def get(self, path: str) -> TestResponse:
        return self.client.get(path)

    def text(self, path: str) -> str:
        return self.get(path).text

    def post(self, path: str, data: Mapping[str, Any] | None = None, form_at: str | None = None) -> TestResponse:
        """Opens the page with the form (`form_at`, by default `path`) and sends it from there.

        A value is a text, a list of texts, or a file and its name.
        """
        parser = Token()
        parser.feed(self.text(form_at or path))
        return self.client.post(path, data={"csrf_token": parser.value, **(data or {})})


def signed_in_as(app: Flask, role: str, **fields: str) -> Visitor:
    """A new operator of that role, signed in."""
    visitor = Visitor(app)
    email = fields.get("email", f"{role}@fiko.local")
    with app.app_context():
        visitor.operator = accounts.create_operator(
            email, fields.get("name", role.title()), role, "sales", PASSWORD, Actor("command"), "en"
        )
    assert visitor.post("/sign-in", {"email": email, "password": PASSWORD}).status_code == 303
    return visitor


def statements_for(visitor: Visitor, path: str) -> int:
    """How many statements that page takes."""
    with counting() as counted:
        assert visitor.get(path).status_code == 200
    return len(counted.statements)
