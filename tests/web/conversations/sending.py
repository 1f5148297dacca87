"""A form of the conversations' pages in one line, and the app's context around what a test asks the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from tests.web.browsing import Visitor


def send(visitor: Visitor, path: str, data: dict[str, Any], form_at: str = "/conversations") -> tuple[int, str]:
    answer = visitor.post(path, data, form_at=form_at)
    return answer.status_code, answer.location or answer.text


@contextmanager
def inside(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
