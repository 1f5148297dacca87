"""SQLite takes one writer at a time: the others wait, and none of them is told that it is locked."""

from collections.abc import Iterator
from functools import partial
from random import Random

import pytest
from flask import Flask

from fikoadmin.extensions import db
from fikoadmin.services import conversations, customers
from tests.contract.documents import redirect_workflow, unique
from tests.faults import truth
from tests.faults.chance import at_once, jitter
from tests.faults.conftest import NewGround
from tests.faults.ground import PERSON, live_workflow, new_conversation, opened, say, shown

WRITERS = 16
KEYWORD = unique("human")


@pytest.fixture
def sqlite_app(new_ground: NewGround) -> Iterator[Flask]:
    with new_ground("sqlite") as stack, opened(stack.environment) as app:
        yield app


def write_much(conversation_id: str, times: int) -> None:
    """As a view does: each writing transaction follows a reading one that is still open."""
    for number in range(times):
        customer_id = shown(conversation_id).customer_id
        say(conversation_id, KEYWORD)
        conversations.redirect(conversation_id, "ai", PERSON)
        customers.add_tag(customer_id, f"tag {number}")
        db.session.rollback()


def many_writers(app: Flask, times: int) -> list[str]:
    """The ids of the conversations that so many threads have written in at once."""
    live_workflow(redirect_workflow("support", KEYWORD))
    ids = [new_conversation() for _ in range(WRITERS)]
    with jitter(Random(1), longest=0.001):
        at_once(app, [partial(write_much, conversation_id, times) for conversation_id in ids])
    return ids


def test_no_writer_is_told_that_it_is_locked(sqlite_app: Flask) -> None:
    for conversation_id in many_writers(sqlite_app, times=5):
        truth.epochs_without_a_gap(conversation_id)
        assert shown(conversation_id).epoch == 11
