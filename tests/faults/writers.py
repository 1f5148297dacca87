"""Many threads that write in SQLite at once."""

from functools import partial
from random import Random

from flask import Flask

from fikoadmin.extensions import db
from fikoadmin.services import conversations, customers
from tests.contract.documents import redirect_workflow, unique
from tests.faults.chance import at_once, jitter
from tests.faults.ground import PERSON, live_workflow, new_conversation, say, shown

WRITERS = 16
KEYWORD = unique("human")


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
