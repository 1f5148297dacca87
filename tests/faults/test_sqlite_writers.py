"""SQLite takes one writer at a time: the others wait, and none of them is told that it is locked."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.faults import truth
from tests.faults.conftest import NewGround
from tests.faults.ground import opened, shown
from tests.faults.writers import many_writers


@pytest.fixture
def sqlite_app(new_ground: NewGround) -> Iterator[Flask]:
    with new_ground("sqlite") as stack, opened(stack.environment) as app:
        yield app


def test_no_writer_is_told_that_it_is_locked(sqlite_app: Flask) -> None:
    for conversation_id in many_writers(sqlite_app, times=5):
        truth.epochs_without_a_gap(conversation_id)
        assert shown(conversation_id).epoch == 11
