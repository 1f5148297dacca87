"""F12 over HTTP: malformed documents and events get an error that names a place, and leave nothing behind.

The reader itself is held by tests/documents; here the same variants, and events of the same kind, meet the
running app. On both databases, because they refuse different texts.
"""

from collections.abc import Iterator

import pytest

from tests.app_server import App
from tests.conftest import STACKS, NewStack
from tests.contract.client import Client
from tests.faults.malformed import events_refused_whole, imports_refused_whole

IMPORTS = 70
EVENTS = 70


@pytest.fixture(params=STACKS)
def client(request: pytest.FixtureRequest, new_stack: NewStack) -> Iterator[Client]:
    with new_stack(request.param) as stack, App(stack.environment) as app:
        yield Client(app)


def test_f12_p26_p29_imports(client: Client) -> None:
    imports_refused_whole(client, IMPORTS, seed=12)


def test_f12_p29_events(client: Client) -> None:
    events_refused_whole(client, EVENTS, seed=12)
