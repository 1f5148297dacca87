"""Waiting nodes, delays and outgoing calls, as other programs see them; schedules: tests/schedules."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.app_server import App
from tests.conftest import STACKS, NewStack
from tests.contract.client import Client, path, wait_until
from tests.contract.documents import (
    Document,
    action,
    connection,
    document,
    never,
    node,
    redirect,
    row,
    send,
    tag,
    unique,
    when,
)
from tests.fakes.receiver import Receiver


@pytest.fixture(scope="module", params=STACKS)
def allowed(request: pytest.FixtureRequest, new_stack: NewStack) -> Iterator[Client]:
    """An installation that may call this machine."""
    with new_stack(request.param) as stack, App(stack.environment | {"FIKO_OUTBOUND_ALLOW": "127.0.0.1"}) as app:
        yield Client(app)


def ask(**fields: Any) -> Document:
    own = {"customer_message": "Your e-mail?", "error_message": "Again, please", "storage_type": "email"}
    return node("waiting", "Ask", **(own | {"allowed_errors": 2, "exit_keywords": ["stop"]} | fields))


def asking(question: Document, **ways: Document) -> Document:
    start = never()
    lines = [connection(start, question), *(connection(question, end, way) for way, end in ways.items())]
    return document([start, question, *ways.values()], lines)


def asked(fiko: Client, question: Document, **ways: Document) -> tuple[str, str]:
    """A conversation and its execution that waits for the customer's answer."""
    conversation = fiko.conversation()
    return conversation, waiting(fiko, asking(question, **ways), conversation)


def waiting(fiko: Client, bare: Document, conversation: str) -> str:
    """The id of an execution that has come to a wait."""
    body = {"conversation_id": conversation}
    execution = fiko.post(f"/workflows/{fiko.live(bare)}/trigger", body, 201)
    assert execution["status"] == "WAITING"
    return str(execution["id"])


def said(fiko: Client, conversation: str) -> list[str]:
    messages = fiko.get(f"/conversations/{conversation}/messages")["items"]
    return [message["content"] for message in messages if message["type"] == "marketing"]


@pytest.mark.parametrize(
    ("answers", "way", "outcome"),
    [
        (["a@b.org"], "success", "passed"),
        (["no", "neither"], "failure", "failed(too many wrong answers)"),
        (["STOP"], "skip", "skipped(the customer did not want to answer)"),
    ],
)
def test_p16_an_answer_takes_its_connection(fiko: Client, answers: list[str], way: str, outcome: str) -> None:
    ways = {name: send(name, name) for name in ("success", "failure", "timeout", "skip")}
    conversation, execution = asked(fiko, ask(), **ways)
    assert not fiko.get(f"/conversations/{conversation}")["ai_may_reply"]
    for answer in answers:
        told = fiko.say(conversation, answer)
        assert (told["executions"], told["ai_reply"]) == ([], "none")
    ended = fiko.get(f"/executions/{execution}")
    assert (ended["status"], path(ended)[1:]) == ("COMPLETED", [("Ask", outcome), (way, "changed")])
    assert fiko.get(f"/conversations/{conversation}")["ai_may_reply"]


def test_p16_silence_takes_timeout(fiko: Client) -> None:
    limit = {"response_time_limit_enabled": True, "response_timeout_amount": 1, "response_timeout_unit": "seconds"}
    conversation, execution = asked(fiko, ask(**limit), success=send("thanks"), timeout=redirect("support"))
    wait_until(lambda: fiko.get(f"/executions/{execution}")["status"] == "COMPLETED")
    assert fiko.state(conversation).destination == "support"


def test_p03_a_redirect_by_a_person_cancels_what_waits_for_the_customer(fiko: Client) -> None:
    conversation, execution = asked(fiko, ask(), success=send("thanks"))
    fiko.redirect(conversation, "sales")
    ended = fiko.get(f"/executions/{execution}")
    assert (ended["status"], ended["reason"]) == ("CANCELLED", "owner changed")
    fiko.say(conversation, "a@b.org")
    assert said(fiko, conversation) == ["Your e-mail?"]


def test_p16_a_delay_goes_on_by_itself(fiko: Client) -> None:
    pause = action("delay", "Delay", delay_amount=1, delay_unit="seconds")
    conversation = fiko.conversation()
    waiting(fiko, row(never(), pause, redirect("billing")), conversation)
    wait_until(lambda: fiko.state(conversation).destination == "billing")


def test_p21_a_webhook_is_called_and_its_answer_decides(allowed: Client) -> None:
    with Receiver() as receiver:
        receiver.fails(404)
        start, call = never(), action("webhook", "Call", webhook_url=receiver.url, webhook_payload={"n": 1})
        ways = [connection(start, call), connection(call, bad := tag("bad", "Bad"), "failure")]
        ways += [connection(call, fine := tag("fine", "Fine"))]
        workflow = allowed.live(document([start, call, bad, fine], ways))
        for expected in ("Bad", "Fine"):
            ended = allowed.trigger(workflow, allowed.conversation())
            assert [title for title, _ in path(ended)] == ["When", "Call", expected]
    assert [body for _, body in receiver.received] == [b'{"n": 1}'] * 2


def test_a_webhook_to_this_machine_is_refused_by_default(fiko: Client) -> None:
    call = action("webhook", "Call", webhook_url="http://127.0.0.1:9/")
    ended = fiko.trigger(fiko.live(row(never(), call)), fiko.conversation())
    assert (ended["status"], "not allowed" in ended["reason"]) == ("FAILED", True)


def test_p15_every_live_workflow_says_why_it_did_not_start(fiko: Client) -> None:
    word = unique("word")
    started, silent = fiko.live(row(when(word), tag("x"))), fiko.live(row(when(unique("other")), tag("x")))
    event = fiko.say(fiko.conversation(), word)["event_id"]
    shown = {each["workflow_id"]: each for each in fiko.everything(f"/events/{event}/workflows")}
    assert (shown[started]["started"], shown[silent]["started"]) == (True, False)
    (reason,) = shown[silent]["reasons"]
    assert (reason["expected"], reason["actual"]) == (fiko.export(silent)["nodes"][0]["keywords"], word)
