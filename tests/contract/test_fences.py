"""What a change of owner does to work in flight: the model holds its answer until the owner has changed."""

from collections.abc import Callable, Iterator

import pytest

from tests.app_server import App
from tests.conftest import STACKS, NewStack
from tests.contract.client import Client, State, outcome, path
from tests.contract.documents import (
    Document,
    by_hand,
    condition,
    connection,
    document,
    redirect,
    row,
    send,
    set_status,
    tag,
    unique,
    when,
)
from tests.fakes.ai_server import AIServer


@pytest.fixture(scope="module", params=STACKS)
def thinking(request: pytest.FixtureRequest, new_stack: NewStack) -> Iterator[tuple[Client, AIServer]]:
    """An installation with a language model."""
    with AIServer() as model, new_stack(request.param) as stack:
        address = {"FIKO_AI_BASE_URL": model.url, "FIKO_AI_API_KEY": "key", "FIKO_AI_MODEL": "small"}
        with App(stack.environment | address) as app:
            yield Client(app), model


@pytest.fixture
def client(thinking: tuple[Client, AIServer]) -> Client:
    return thinking[0]


@pytest.fixture
def model(thinking: tuple[Client, AIServer]) -> Iterator[AIServer]:
    """The model; what a test does to it is taken back."""
    yield thinking[1]
    thinking[1].works()
    thinking[1].judges(True)


def asks(keyword: str, *doings: Document) -> Document:
    """When a message has the keyword and the model says true, do these in a row; else redirect to billing."""
    prompt = "Does the customer ask for a person? true or false"
    asked = condition({"type": "ai", "value": "", "prompt": prompt})
    start, no = when(keyword), redirect("billing", "No")
    line = [start, asked, *doings]
    ways = [connection(a, b) for a, b in zip(line, line[1:], strict=False)]
    return document([*line, no], [*ways, connection(asked, no, "failure")])


def redirected(client: Client, conversation: str) -> None:
    client.redirect(conversation, "sales")


def replied(client: Client, conversation: str) -> None:
    client.reply(conversation)


def closed(client: Client, conversation: str) -> None:
    client.run(by_hand(set_status("closed")), conversation)


CHANGES = [redirected, replied, closed]


@pytest.mark.parametrize("judgement", [True, False])
def test_an_ai_condition_takes_the_models_way(client: Client, model: AIServer, judgement: bool) -> None:
    keyword, conversation = unique("key"), client.conversation()
    model.judges(judgement)
    client.live(asks(keyword, redirect("sales", "Yes")))
    (execution,) = client.say(conversation, keyword)["executions"]
    taken = ("Yes", "changed") if judgement else ("No", "changed")
    assert path(client.ended(execution)) == [("When", "passed"), ("Condition", "passed"), taken]


@pytest.mark.parametrize("change", CHANGES)
def test_p03_a_foreign_change_of_owner_ends_the_branch(
    client: Client, model: AIServer, change: Callable[[Client, str], None]
) -> None:
    keyword, conversation = unique("key"), client.conversation()
    client.live(asks(keyword, tag("never"), send("never"), redirect("ai")))
    model.hold()
    answer = client.say(conversation, keyword)
    assert answer["ai_reply"] == "pending"
    model.wait_until_held()
    change(client, conversation)
    before = client.state(conversation)
    model.release()
    steps = client.ended(answer["executions"][0])["steps"]
    assert [outcome(step) for step in steps][2:] == ["skipped(owner changed)"]
    assert client.state(conversation) == before
    assert (client.tags(conversation), client.messages(conversation, "marketing")) == (set(), [])


@pytest.mark.parametrize("change", CHANGES)
def test_p02_an_answer_in_flight_is_superseded(
    client: Client, model: AIServer, change: Callable[[Client, str], None]
) -> None:
    conversation = client.conversation()
    model.hold()
    client.say(conversation, "hello")
    model.wait_until_held()
    change(client, conversation)
    model.release()
    client.settle()
    assert all(message["superseded"] for message in client.messages(conversation, "AI"))
    assert client.answers(conversation) == []


def test_p10_what_a_workflow_answers_meanwhile_takes_no_other_message_its_answer(
    client: Client, model: AIServer
) -> None:
    keyword, conversation = unique("key"), client.conversation()
    client.live(row(when(keyword), send("It is 5.")))
    model.hold()
    client.say(conversation, "When do you open?")
    model.wait_until_held()
    assert client.say(conversation, keyword)["ai_reply"] == "none"
    model.release()
    assert len(client.answered(conversation)) == 1


@pytest.mark.parametrize("change", [redirected, closed])
def test_p04_a_superseded_answer_leaves_the_message_unanswered(
    client: Client, model: AIServer, change: Callable[[Client, str], None]
) -> None:
    conversation = client.conversation()
    model.hold()
    client.say(conversation, "hello")
    model.wait_until_held()
    change(client, conversation)
    model.release()
    client.settle()
    client.redirect(conversation, "ai")
    client.answered(conversation)


def test_an_execution_that_waits_for_the_model_can_be_cancelled(client: Client, model: AIServer) -> None:
    keyword, conversation = unique("key"), client.conversation()
    client.live(asks(keyword, redirect("sales")))
    model.hold()
    (execution,) = client.say(conversation, keyword)["executions"]
    model.wait_until_held()
    assert client.get(f"/executions/{execution}")["status"] in ("RUNNING", "WAITING")
    assert client.post(f"/executions/{execution}/cancel")["status"] == "CANCELLED"
    model.release()
    client.settle()
    assert client.get(f"/executions/{execution}")["status"] == "CANCELLED"
    assert client.state(conversation) == State("active", True, "ai", 1)


def test_a_step_is_unfinished_while_the_model_thinks(client: Client, model: AIServer) -> None:
    keyword = unique("key")
    client.live(asks(keyword, redirect("sales")))
    model.hold()
    (execution,) = client.say(client.conversation(), keyword)["executions"]
    model.wait_until_held()
    last = client.get(f"/executions/{execution}")["steps"][-1]
    assert (last["title"], last["outcome"], last["finished_at"]) == ("Condition", None, None)
    model.release()
    assert client.ended(execution)["status"] == "COMPLETED"
