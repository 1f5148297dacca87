"""Y2: how many statements one redirect by a workflow costs; each one is a round trip under the conversation's lock.
Y6: pages ask as often for many rows as for few.
"""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from bench.counting import counting
from fikoadmin.clock import now
from fikoadmin.extensions import transaction
from fikoadmin.models.events import MANUAL, Event
from fikoadmin.models.executions import COMPLETED, Execution, Step
from fikoadmin.services import executions
from tests import in_process
from tests.conftest import STACKS, NewStack
from tests.contract.documents import Document, redirect_workflow, row, send, unique, when
from tests.faults.ground import PROGRAM, installed, live_workflow, new_conversation, say, shown
from tests.web.browsing import Visitor, signed_in_as

GOAL = 8
GOAL_WITH_LIMITS = 12
# A message besides stores itself and what its sender is told: the statement that recognises a repeat, and its answer.
GOAL_FOR_A_MESSAGE = GOAL + 2
LIMITS = {"max_executions": 5, "delay_between_executions": 1}


@pytest.fixture(scope="module", params=STACKS)
def app(
    request: pytest.FixtureRequest, new_stack: NewStack, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Flask]:
    with new_stack(request.param) as stack, installed(stack, tmp_path_factory.mktemp("log")) as app:
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


# -- pages -----------------------------------------------------------------------------------------------------------

FEW, MANY = 10, 300


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The app on SQLite: how often a page asks is the same on both databases."""
    folder = tmp_path_factory.mktemp("office")
    copy = shutil.copy(sqlite_template, folder / "fiko.sqlite3")
    with in_process.opened({"FIKO_DATABASE_URL": f"sqlite:///{copy}"}, folder) as app:
        yield app


@pytest.fixture(scope="module")
def reader(office: Flask) -> Visitor:
    return signed_in_as(office, "viewer")


def asked(reader: Visitor, path: str) -> int:
    """How many statements that page takes, everything warm."""
    assert reader.get(path).status_code == 200
    with counting() as counted:
        reader.get(path)
    return len(counted.statements)


def grown(workflow_id: int, count: int) -> int:
    """So many executions of that workflow in sixty conversations; the id of the last one, which has as many steps."""
    conversations = [new_conversation() for _ in range(min(count, 60))]
    like = executions.trigger(workflow_id, conversations[0], PROGRAM)
    with transaction() as session:
        for number in range(count):
            event = Event(event_type=MANUAL, conversation_id=conversations[number % len(conversations)])
            execution = Execution(
                workflow_id=workflow_id, version_id=like.version_id, event=event, status=COMPLETED, finished_at=now(),
                conversation_id=event.conversation_id, retry_of_id=like.id if number else None,
            )  # fmt: skip
            length = count if number == count - 1 else 3
            execution.steps = [Step(position=n, node_id="x", node_type="when", title="Step") for n in range(length)]
            session.add(execution)
            session.flush()
    return execution.id


def test_y6_the_pages_of_executions_ask_as_often_for_many_as_for_few(office: Flask, reader: Visitor) -> None:
    counts = []
    for size in (FEW, MANY):
        with office.app_context():
            start = when(unique())
            ends = [send("Hi", f"Node {n}") for n in range(size // 5)]
            workflow_id = live_workflow(row(start, *ends))
            execution_id = grown(workflow_id, size)
        pages = [
            f"/executions?workflow={workflow_id}",
            f"/executions?workflow={workflow_id}&period=day&status=COMPLETED",
        ]
        pages += [f"/executions/{execution_id}{part}" for part in ("", "/steps", "/graph", "/drawing")]
        pages += [f"/workflows/{workflow_id}/drawing"]
        counts.append({re.sub(r"\d+", "N", page): asked(reader, page) for page in pages})
    few, many = counts
    # A graph that is too large to be drawn beside the steps asks for none of them.
    assert many == few | {"/executions/N/graph": few["/executions/N/graph"] - 1}


def test_y6_the_page_of_an_event_asks_as_often_among_many_workflows(office: Flask, reader: Visitor) -> None:
    counts = []
    for size in (FEW, 3 * FEW):
        with office.app_context():
            for _ in range(size):
                live_workflow(redirect_workflow("support", unique()))
            event_id = say(new_conversation(), unique()).event_id
        counts.append(asked(reader, f"/events/{event_id}"))
    assert counts[0] == counts[1]
