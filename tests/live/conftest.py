"""Live pages need a Redis of their own, because all databases of one Redis share its channels."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import services
from tests.conftest import require
from tests.small_app import small_app


@pytest.fixture(scope="module")
def server() -> Iterator[services.Redis]:
    require("redis-server")
    with services.Redis() as redis_server:
        yield redis_server


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """Without Redis: everything in this process."""
    with small_app(tmp_path) as app:
        yield app
