"""F13: a state machine does everything that can be done to a conversation, and looks at it after each step."""

from __future__ import annotations

import pytest
from flask import Flask

from fikoadmin.models.conversations import Conversation
from tests.conftest import Stack
from tests.faults.ground import PERSON
from tests.faults.listening import NOTICE
from tests.faults.machine import run_machine
from tests.faults.world import new_world


def test_p01_p02_p05_p06_p10_p11_p18_p23_after_every_step(app: Flask, ground: Stack) -> None:
    run_machine(new_world(app, ground), examples=15)


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_p02_without_the_fence(app: Flask, ground: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Conversation, "lets_answer", lambda *_: None)
    with pytest.raises(AssertionError, match=r"the AI spoke after|asked for in epoch|second answer"):
        run_machine(new_world(app, ground), examples=50, shrink=False)


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_p11_without_the_look_whether_anything_changes(
    app: Flask, ground: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each redirect tells the customer, whether or not the owner is another."""
    redirect_once = Conversation.redirect

    def redirect_always(self: Conversation, *where: object) -> bool:
        if not redirect_once(self, *where):  # type: ignore[arg-type]
            self.tell(NOTICE, PERSON)
        return True

    monkeypatch.setattr(Conversation, "redirect", redirect_always)
    with pytest.raises(AssertionError):
        run_machine(new_world(app, ground), examples=50, shrink=False)
