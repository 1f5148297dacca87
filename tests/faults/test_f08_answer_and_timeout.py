"""F8: the customer answers at the instant at which the time limit ends."""

from __future__ import annotations

import pytest
from flask import Flask

from fikoadmin.extensions import db
from fikoadmin.models.jobs import Job
from fikoadmin.models.waits import Wait
from fikoadmin.services import waits
from fikoadmin.services.executions import locked
from fikoadmin.services.waits import OpenWait
from tests.conftest import Stack
from tests.faults.rivals import answer_or_timeout


def without_a_look() -> None:
    """Neither does the answer take back the job, nor does that look whether the wait is still open."""

    def find(wait_id: int) -> OpenWait | None:
        wait = db.session.get_one(Wait, wait_id)
        return OpenWait(wait, *locked(wait.execution_id))

    waits.find_open = find
    Job.cancel = lambda _key: None  # type: ignore[assignment, method-assign]


def without_guard() -> None:
    """And whoever comes ends the wait, ended or not."""
    without_a_look()

    def end(self: Wait, ended_as: str) -> bool:
        self.ended_as = ended_as
        return True

    Wait.end = end  # type: ignore[method-assign]


def test_p16_one_of_them_wins(app: Flask, ground: Stack) -> None:
    """100 times, half of them on each database."""
    answer_or_timeout(ground, 50)


def test_p16_the_guarded_update_alone_is_enough(app: Flask, ground: Stack) -> None:
    answer_or_timeout(ground, 25, without_a_look)


def test_p16_without_the_guarded_update(app: Flask, ground: Stack) -> None:
    with pytest.raises(AssertionError, match=r"one set of effects|one of the two was told|== \(COMPLETED"):
        answer_or_timeout(ground, 25, without_guard)
