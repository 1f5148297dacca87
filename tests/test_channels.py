"""What leaves for customers: signed, in order, tried again, once; the other end is a real server."""

import json
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select, update

from fikoadmin import channels, jobs
from fikoadmin.errors import LeaseLost
from fikoadmin.extensions import db, transaction
from fikoadmin.jobs.runner import Runner
from fikoadmin.models.actors import SYSTEM
from fikoadmin.models.conversations import Conversation
from fikoadmin.models.customers import Customer
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import AVAILABLE, DONE, SEND_MESSAGES, Delivery, Job
from fikoadmin.models.settings import Setting
from fikoadmin.outbound import Outbound
from tests.fakes.receiver import Receiver, verify
from tests.jobs.work import wait_until

SECRET = "a secret between the two"


@pytest.fixture
def receiver(any_app: Flask) -> Iterator[Receiver]:
    """The other end, set as the installation's URL; within the app's context."""
    any_app.extensions["outbound"] = Outbound(["127.0.0.1"])
    with Receiver() as receiver, any_app.app_context():
        post_to(receiver.url)
        yield receiver


def post_to(url: str) -> None:
    with transaction() as session:
        session.merge(Setting(name="channel_api_url", value=url))
        session.merge(Setting(name="channel_api_secret", value=SECRET))


def conversation(source: str = "api") -> str:
    with transaction():
        customer = Customer(first_name="Sara", source=source, source_id="sara-1")
        return Conversation.start(customer, source, SYSTEM, "en").id


def tell(conversation_id: str, *texts: str) -> None:
    for text in texts:
        with transaction():
            found = Conversation.locked(conversation_id)
            assert found
            found.tell(text, SYSTEM, ["Yes", "No"])


def job() -> Job:
    db.session.rollback()
    return db.session.scalars(select(Job).where(Job.kind == SEND_MESSAGES)).one()


def work(app: Flask) -> None:
    """One run of the line, now."""
    with transaction() as session:
        session.execute(update(Job).values(due_at=Job.created_at))
    Runner(app, jobs.KINDS).execute(job().id)


def states() -> list[tuple[str, int]]:
    db.session.rollback()
    return [(d.state, d.attempts) for d in db.session.scalars(select(Delivery).order_by(Delivery.id))]


def contents(receiver: Receiver) -> list[str]:
    return [json.loads(body)["message"]["content"] for _, body in receiver.received]


def keys(receiver: Receiver) -> list[str]:
    return [headers["idempotency-key"] for headers, _ in receiver.received]


def test_a_post_is_signed_and_says_all_that_was_agreed(any_app: Flask, receiver: Receiver) -> None:
    id = conversation()
    tell(id, "سلام")
    work(any_app)
    [(headers, body)] = receiver.received
    document = json.loads(body)
    assert verify(SECRET, headers, body)
    assert document["conversation_id"] == id
    assert document["customer"] == {"id": "1", "source": "api", "source_id": "sara-1"}
    assert {**document["message"], "created_at": ""} == {
        **{"id": "1", "type": "marketing", "content": "سلام"},
        **{"buttons": ["Yes", "No"], "created_at": ""},
    }
    assert (job().state, states()) == (DONE, [("sent", 1)])


def test_messages_leave_in_order_each_under_its_own_key(any_app: Flask, receiver: Receiver) -> None:
    tell(conversation(), "one", "two", "three")
    work(any_app)
    assert contents(receiver) == ["one", "two", "three"]
    assert len(set(keys(receiver))) == 3


def test_p21_the_first_holds_up_the_rest_until_it_is_sent(any_app: Flask, receiver: Receiver) -> None:
    tell(conversation(), "one", "two")
    receiver.fails(503)
    work(any_app)
    assert contents(receiver) == ["one"]
    assert (job().state, job().reason, states()) == (AVAILABLE, "answered 503", [("pending", 1), ("pending", 0)])
    work(any_app)
    assert contents(receiver) == ["one", "one", "two"]
    assert keys(receiver)[0] == keys(receiver)[1]
    assert (job().state, states()) == (DONE, [("sent", 2), ("sent", 1)])


def test_p21_what_fails_for_good_makes_room_for_the_next(any_app: Flask, receiver: Receiver) -> None:
    tell(conversation(), "one", "two")
    receiver.fails(400)
    work(any_app)
    assert contents(receiver) == ["one", "two"]
    assert (job().state, states()) == (DONE, [("failed", 1), ("sent", 1)])
    assert db.session.scalars(select(Delivery.reason).order_by(Delivery.id)).first() == "answered 400"


def test_p21_the_last_try_is_the_last(any_app: Flask, receiver: Receiver) -> None:
    tell(conversation(), "one", "two")
    receiver.fails(503, times=channels.line.MAX_ATTEMPTS)
    for _ in range(channels.line.MAX_ATTEMPTS):
        work(any_app)
    assert (job().state, states()) == (DONE, [("failed", channels.line.MAX_ATTEMPTS), ("sent", 1)])


def test_without_a_url_a_message_lies_ready_to_be_read(any_app: Flask, receiver: Receiver) -> None:
    post_to("")
    tell(conversation("telegram"), "one")
    work(any_app)
    assert (receiver.received, states()) == ([], [("sent", 1)])


def test_an_address_that_may_not_be_called_is_a_failure_with_its_reason(any_app: Flask, receiver: Receiver) -> None:
    any_app.extensions["outbound"] = Outbound([])
    tell(conversation(), "one")
    work(any_app)
    assert (receiver.received, states()) == ([], [("failed", 1)])


def test_p30_a_channel_of_a_newer_release_fails_with_a_reason(any_app: Flask, receiver: Receiver) -> None:
    tell(conversation("carrier pigeon"), "one")
    work(any_app)
    assert states() == [("failed", 1)]
    assert db.session.scalars(select(Delivery.reason)).one() == "this release does not know the channel carrier pigeon"


def test_what_is_said_on_the_test_channel_ends_in_the_page(any_app: Flask, receiver: Receiver) -> None:
    tell(conversation("test"), "one")
    assert [state for state, _ in states()] == ["sent"]
    assert db.session.scalars(select(Job)).all() == []


def test_a_line_that_another_worker_took_is_left_to_it(any_app: Flask, receiver: Receiver) -> None:
    tell(conversation(), "one")
    held = Held.take(job().id)
    assert held
    with transaction() as session:
        session.execute(update(Job).values(lease_token="another's"))
    with pytest.raises(LeaseLost):
        channels.send_messages(held)
    assert states() == [("pending", 0)]


def test_p12_what_is_said_while_the_line_works_is_sent_once_and_in_order(any_app: Flask, receiver: Receiver) -> None:
    """Whoever adds a message finds the job ended and arms it anew, or is seen before it ends: none is left lying."""
    said = [f"{number}" for number in range(60)]
    ids = [conversation()]

    def say() -> None:
        with any_app.app_context():
            tell(ids[0], *said)

    jobs.start_alone(any_app)
    speaker = threading.Thread(target=say)
    speaker.start()
    speaker.join()
    wait_until(lambda: len(receiver.received) >= len(said))
    wait_until(lambda: job().state == DONE)
    jobs.stop()
    assert contents(receiver) == said


def test_a_message_that_comes_just_as_the_line_ends_is_not_left_lying(
    any_app: Flask, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL it is stored before the line ends, on SQLite it has to wait and finds it ended."""
    finish, id = Held.finish, conversation()

    def say() -> None:
        with any_app.app_context():
            tell(id, "two")

    speaker = threading.Thread(target=say)

    def finish_late(held: Held, *arguments: str) -> None:
        speaker.start()
        speaker.join(0.5)
        finish(held, *arguments)

    tell(id, "one")
    monkeypatch.setattr(Held, "finish", finish_late)
    work(any_app)
    speaker.join()
    monkeypatch.undo()
    assert job().state == AVAILABLE
    work(any_app)
    assert contents(receiver) == ["one", "two"]
