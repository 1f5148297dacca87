"""Y2: what one redirect by a workflow sends to the database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bench.counting import Counted, counting
from bench.ground import TEXT, conversations
from bench.table import Line
from fikoadmin.models.conversations import Conversation
from fikoadmin.services import executions
from tests.contract.documents import redirect_workflow, unique
from tests.faults.ground import PROGRAM, live_workflow, say, shown

GOAL = 8


def measure() -> Iterator[Line]:
    workflow_id = live_workflow(redirect_workflow("support", unique("never")))
    yield _line("Y2 statements, message to redirect", lambda id_: say(id_, TEXT))
    yield _line("Y2 statements, trigger to redirect", lambda id_: executions.trigger(workflow_id, id_, PROGRAM))


def _line(name: str, redirect: Callable[[str], object]) -> Line:
    first, second = conversations(2)
    redirect(first)
    counted = _counted(redirect, second)
    conversation: Conversation = shown(second)
    assert (conversation.destination, counted.commits) == ("support", 1)
    count = len(counted.statements)
    return Line(name, f"{count}, 1 commit", "", "", f"at most {GOAL}", count <= GOAL)


def _counted(redirect: Callable[[str], object], conversation_id: str) -> Counted:
    with counting() as counted:
        redirect(conversation_id)
    return counted
