"""The Workflows pages, as somebody without JavaScript uses them.

What the services do on each database is tried elsewhere; here the pages are tried once, on SQLite.
"""

import pytest
from flask import Flask

from tests.contract import documents as made
from tests.web.drafting import imported


@pytest.fixture
def fork(office: Flask) -> int:
    """A workflow that asks and goes one of two ways."""
    start, asks = made.when("help", title="Start"), made.condition(made.field("user.tags", "contains", "VIP"))
    people, ai = made.redirect("support", "People"), made.redirect("ai", "Robot")
    lines = [made.connection(start, asks), made.connection(asks, people), made.connection(asks, ai, "failure")]
    return imported(office, made.document([start, asks, people, ai], lines))
