"""The outline as an editor: what is done with nodes as a whole, undone, copied and pasted, by plain forms."""

import pytest
from flask import Flask

from tests.contract import documents as made
from tests.web.drafting import imported


@pytest.fixture
def fork(office: Flask) -> int:
    """Start → Asks → success First → Second; failure Else. The way to First has a condition of its own."""
    start, asks = (
        made.when("help", title="Start"),
        made.condition(made.field("user.tags", "contains", "VIP"), title="Asks"),
    )
    first, second, other = made.send("1", "First"), made.send("2", "Second"), made.note("3", "Else")
    guard = made.field("user.tags", "contains", "Gold")
    lines = [made.connection(start, asks), made.connection(asks, first, condition=guard)]
    lines += [made.connection(first, second), made.connection(asks, other, "failure")]
    return imported(office, made.document([start, asks, first, second, other], lines))
