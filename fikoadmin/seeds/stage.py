"""What people, programs and the worker do in the demo's story, in one verb each."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import Select, select

from ..ai.builtin import BuiltIn
from ..clock import now, own_time
from ..extensions import db
from ..models import events
from ..models.actors import Actor
from ..models.held import Held
from ..models.jobs import ANSWER_CUSTOMER, AVAILABLE, Job
from ..models.workflows import Workflow
from ..services import answers, conversations, executions
from ..services.events import Incoming, receive

DEMO = Actor("command", "", "demo")

# A job may be taken a tick of the database's clock after it became due.
TRIES = 50
TICK_SECONDS = 0.002
# Between two things that happen in one conversation.
PACE = timedelta(seconds=25)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """What is done inside is done at that moment."""
    with own_time() as set_time:
        set_time(moment)
        yield


class Chat:
    """One customer's conversation, which began so many hours ago; each verb is something that happens next in it."""

    def __init__(self, source: str, customer: Mapping[str, object], hours_ago: float = 1) -> None:
        self._moment = now() - timedelta(hours=hours_ago)
        with self._next():
            self.id = conversations.create(source, DEMO, customer=customer).id

    @contextmanager
    def _next(self) -> Iterator[None]:
        with at(self._moment):
            yield
        self._moment += PACE

    def says(self, content: str) -> None:
        """The customer writes; what that sets going is done at once."""
        with self._next():
            receive(Incoming(events.MESSAGE_RECEIVED, self.id, None, None, {"content": content}), DEMO)
            self._answer()

    def is_told(self, content: str, department: str) -> None:
        """An operator of that department answers."""
        with self._next():
            conversations.reply(self.id, content, DEMO, department)

    def noted(self, content: str) -> None:
        with self._next():
            conversations.note(self.id, content, DEMO)

    def redirected(self, destination: str) -> None:
        with self._next():
            conversations.redirect(self.id, destination, DEMO)
            self._answer()

    def taken_over(self, department: str) -> None:
        with self._next():
            conversations.take_over(self.id, DEMO, department)

    def run(self, workflow: Workflow) -> None:
        """An operator runs it by hand."""
        with self._next():
            executions.trigger(workflow.id, self.id, DEMO)
            self._answer()

    def closed(self) -> None:
        with self._next():
            conversations.close(self.id, DEMO)

    def _answer(self) -> None:
        """Does what a worker would do in a moment: the story goes on after the answer."""
        with _built_in_assistant():
            for _ in range(TRIES):
                waiting = db.session.scalars(self._jobs()).all()
                if not waiting:
                    return
                for job_id in waiting:
                    if held := Held.take(job_id):
                        answers.answer_customer(held)
                time.sleep(TICK_SECONDS)

    def _jobs(self) -> Select[int]:
        mine = Job.subject.startswith(f"{self.id}:")
        return select(Job.id).where(Job.kind == ANSWER_CUSTOMER, Job.state == AVAILABLE, mine)


@contextmanager
def _built_in_assistant() -> Iterator[None]:
    """A language model would cost money, take its time, and tell another story each time."""
    responder = current_app.extensions["responder"]
    current_app.extensions["responder"] = BuiltIn(answers.knowledge)
    try:
        yield
    finally:
        current_app.extensions["responder"] = responder
