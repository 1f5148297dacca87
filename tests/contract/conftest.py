"""Tests of the contract: the HTTP API, the commands, the log and the Redis key that other programs rely on.

They drive a running Fiko Admin from outside, as those programs do, on SQLite without Redis and on PostgreSQL
with Redis; they never import it. One installation serves all tests of a stack: each test makes its own
customers and conversations, and its live workflows wait for words and tags that no other test uses. Where the
contract leaves something open, every reasonable reading passes, and the test says so. No language model is
configured, so the built-in assistant answers, except in `test_fences.py`.

`client.py` is the API in a test's words; `documents.py` writes workflows in the export format.
"""

from collections.abc import Iterator

import pytest

from tests.app_server import App
from tests.conftest import STACKS, NewStack
from tests.contract.client import Client
from tests.services import free_port


@pytest.fixture(scope="session", params=STACKS)
def fiko(request: pytest.FixtureRequest, new_stack: NewStack) -> Iterator[Client]:
    """The installation that tests share, once per stack."""
    with new_stack(request.param) as stack, App(stack.environment) as app:
        yield Client(app)


@pytest.fixture(scope="module", params=STACKS)
def own(request: pytest.FixtureRequest, new_stack: NewStack) -> Iterator[Client]:
    """An installation of the module's own, for what changes all of it."""
    with new_stack(request.param) as stack, App(stack.environment) as app:
        yield Client(app)


@pytest.fixture(scope="session", params=STACKS)
def redis_down(request: pytest.FixtureRequest, new_stack: NewStack) -> Iterator[Client]:
    """An installation whose Redis does not answer: nobody listens at its address."""
    nowhere = {"FIKO_REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
    with new_stack(request.param) as stack, App(stack.environment | nowhere) as app:
        yield Client(app)
