"""P28 and P18: kill -9 of the whole app, with everything that it was about to do."""

from collections.abc import Iterator

import pytest

from tests.app_server import App
from tests.conftest import STACKS, NewStack
from tests.contract.client import Client
from tests.contract.documents import note, row, send, unique, when
from tests.fakes.ai_server import AIServer
from tests.faults.chance import wait_until
from tests.faults.conftest import with_model
from tests.faults.kills import all_stored, kill_under_load

KILLS = 2
ASKED = 5


@pytest.fixture(params=STACKS)
def installed(request: pytest.FixtureRequest, new_stack: NewStack, model: AIServer) -> Iterator[Client]:
    with new_stack(request.param) as stack, App(with_model(stack, model)) as app:
        yield Client(app)


def test_p28_acknowledged_means_stored(installed: Client) -> None:
    keyword = unique("order")
    workflow = installed.live(row(when(keyword), send("Thank you"), note("said")))
    for kill in range(KILLS):
        all_stored(installed, workflow, kill_under_load(installed, keyword, f"kill-{kill}"))


def test_p18_queued_answers_are_given_after_the_restart(installed: Client, model: AIServer) -> None:
    """The model is in the middle of its answers when the app is killed; a lease brings each of them back."""
    model.hold()
    conversations = [installed.conversation() for _ in range(ASKED)]
    for conversation in conversations:
        assert installed.say(conversation, "hello")["ai_reply"] == "queued"
    model.wait_until_held()
    installed.app.kill()
    model.works()
    installed.app.start()
    wait_until(lambda: all(installed.answers(conversation) for conversation in conversations), "all are answered")
    assert [len(installed.answers(conversation)) for conversation in conversations] == [1] * ASKED
