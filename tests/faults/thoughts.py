"""Answers of the AI that are in flight until a test lets them land."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from flask import Flask

from fikoadmin.ai import Answer, Question
from fikoadmin.jobs.kinds import KINDS
from fikoadmin.jobs.runner import Runner
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import ANSWER_CUSTOMER
from fikoadmin.services import answers
from tests.faults.chance import PATIENCE, wait_until


class Thought(threading.Thread):
    """An answer in flight: it is asked for in this thread, and given when `land` says so.

    It begins with the epoch under which it was asked for, so that `truth.answers_fenced` can look.
    """

    def __init__(self, app: Flask, job_id: int) -> None:
        super().__init__(daemon=True)
        self._app, self._job_id, self._epoch = app, job_id, 0
        self._is_asked, self._may_answer = threading.Event(), threading.Event()

    def run(self) -> None:
        runner = Runner(self._app, {ANSWER_CUSTOMER: replace(KINDS[ANSWER_CUSTOMER], run=self._ask)})
        runner.execute(self._job_id)
        runner.stop()

    def _ask(self, held: Held) -> None:
        self._epoch = held.job.epoch or 0
        answers.answer_customer(held)

    def answer(self) -> Answer:
        self._is_asked.set()
        assert self._may_answer.wait(PATIENCE)
        return Answer(f"{self._epoch}: Glad to help.", (), "a test")

    def takes_off(self) -> bool:
        """Whether there was anything to ask."""
        self.start()
        wait_until(lambda: self._is_asked.is_set() or not self.is_alive(), "the AI is asked")
        return self.is_alive()

    def land(self) -> None:
        self._may_answer.set()
        self.join(PATIENCE)
        assert not self.is_alive()


class Thinking:
    """A responder that thinks in the thread that asks."""

    def answer(self, question: Question, cancelled: Callable[[], bool]) -> Answer:
        thought = threading.current_thread()
        assert isinstance(thought, Thought)
        return thought.answer()

    def judge(self, prompt: str, question: Question, cancelled: Callable[[], bool]) -> bool:
        raise AssertionError("nobody asks for judgements here")
