"""Jobs on each database, without the rest of the app."""

from collections.abc import Iterator

import pytest
from flask import Flask

from fikoadmin.extensions import db
from tests.conftest import Stack
from tests.jobs.work import make_app


@pytest.fixture
def app(stack: Stack) -> Iterator[Flask]:
    """An app on an empty database, its context pushed."""
    app = make_app(stack.environment)
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()
