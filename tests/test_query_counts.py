"""Y2: how many statements one redirect by a workflow costs; each one is a round trip under the conversation's lock."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from bench.counting import counting
from fikoadmin.services import executions
from tests.conftest import STACKS, NewStack
from tests.contract.documents import Document, redirect_workflow, unique
from tests.faults.ground import PROGRAM, bring_up, live_workflow, new_conversation, opened, say, shown

GOAL = 8
GOAL_WITH_LIMITS = 12
# A message besides stores itself and what its sender is told: the statement that recognises a repeat, and its answer.
GOAL_FOR_A_MESSAGE = GOAL + 2
LIMITS = {"max_executions": 5, "delay_between_executions": 1}


@pytest.fixture(scope="module", params=STACKS)
def app(
    request: pytest.FixtureRequest, new_stack: NewStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with new_stack(request.param) as stack:
        log = {"FIKO_LOG_FILE": str(tmp_path_factory.mktemp("log") / "workflow.log")}
        bring_up(stack.environment | log)
        with opened(stack.environment | log) as app:
            yield app


def sent(statements: list[str], app: Flask) -> list[str]:
    """The statements; SQLite takes the rows of one INSERT one by one, which costs nothing there: they count as one."""
    on_sqlite = app.extensions["config"].embedded
    return [one for before, one in zip(["", *statements], statements, strict=False) if not on_sqlite or before != one]


def limited(keyword: str) -> Document:
    """A redirect of which a customer has so many, and none too soon after another."""
    document = redirect_workflow("support", keyword)
    return document | {"workflow": document["workflow"] | LIMITS}


DOCUMENTS = pytest.mark.parametrize(
    ("make", "most"), [(lambda keyword: redirect_workflow("support", keyword), GOAL), (limited, GOAL_WITH_LIMITS)]
)


@DOCUMENTS
def test_y2_from_a_message_to_the_redirect(app: Flask, make: Callable[[str], Document], most: int) -> None:
    keyword = unique("human")
    live_workflow(make(keyword))
    say(new_conversation(), keyword)  # the first one of a process reads the live workflows
    conversation_id = new_conversation()
    with counting() as counted:
        say(conversation_id, keyword)
    assert shown(conversation_id).destination == "support"
    assert counted.commits == 1
    statements = sent(counted.statements, app)
    assert len(statements) <= max(most, GOAL_FOR_A_MESSAGE), "\n".join(statements)


@DOCUMENTS
def test_y2_from_the_trigger_to_the_redirect(app: Flask, make: Callable[[str], Document], most: int) -> None:
    workflow_id = live_workflow(make(unique("human")))
    executions.trigger(workflow_id, new_conversation(), PROGRAM)
    conversation_id = new_conversation()
    with counting() as counted:
        executions.trigger(workflow_id, conversation_id, PROGRAM)
    assert shown(conversation_id).destination == "support"
    assert counted.commits == 1
    statements = sent(counted.statements, app)
    assert len(statements) <= most, "\n".join(statements)
