"""The Executions pages and the page of an event, as somebody without JavaScript uses them."""

import pytest
from flask import Flask

from tests.contract import documents as made
from tests.web.running import live, ran
from tests.web.talking import begun

VIP = made.field("user.tags", "contains", "VIP")


def fork() -> made.Document:
    """A customer with the tag goes to Sales, any other to Support."""
    start, asks = made.never("Start"), made.condition(VIP, title="Regular?")
    sales, support = made.redirect("sales", "To Sales"), made.redirect("support", "To Support")
    lines = [made.connection(start, asks), made.connection(asks, sales), made.connection(asks, support, "failure")]
    return made.document([start, asks, sales, support], lines)


def waiting() -> made.Document:
    ask = made.node("waiting", "Ask", customer_message="Your e-mail?", storage_type="email", allowed_errors=3)
    return made.row(made.never(), ask)


@pytest.fixture(scope="module")
def forked(office: Flask) -> int:
    """An execution that went to Support, because the customer has no tag."""
    return ran(office, live(office, fork()), begun(office, "hello"))


@pytest.fixture
def open_one(office: Flask) -> int:
    """An execution that waits for the customer's answer."""
    return ran(office, live(office, waiting()), begun(office))
