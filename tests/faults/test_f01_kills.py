"""F1: kill -9 of server and workers, at any moment and at every failpoint, while programs use them."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, current_app
from sqlalchemy import update

from fikoadmin.extensions import transaction
from fikoadmin.models.actors import Actor
from fikoadmin.models.held import Held
from fikoadmin.models.jobs import DONE, Job
from fikoadmin.services import events
from fikoadmin.services.events import Incoming, Receipt
from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults.conftest import with_model
from tests.faults.kills import KILLS, holds, kill_and_look, kill_under_load, kill_while_asking, new_ledger, settle
from tests.faults.programs import site


def test_p05_p12_p18_p28_whatever_is_killed(app: Flask, ground: Stack, model: AIServer, tmp_path: Path) -> None:
    """30 kills, half of them on each database."""
    struck, ledger = kill_and_look(ground, model, tmp_path, kills=15)
    assert all(struck.at[place] for place in KILLS), struck
    assert ledger.interrupted


def acknowledge_early() -> None:
    """What is told to be stored is stored a moment later."""
    receive = events.receive

    def store(app: Flask, *event: Any) -> None:
        time.sleep(0.05)
        with app.app_context():
            receive(*event)

    def acknowledge(incoming: Incoming, actor: Actor) -> Receipt:
        app: Any = current_app
        threading.Thread(target=store, args=(app._get_current_object(), incoming, actor), daemon=True).start()
        return Receipt(incoming.event_id or "", False, [], "none")

    events.receive = acknowledge


def end_when_taken() -> None:
    """A job ends when it is begun, as with a broker whose message is gone once it was read."""
    take = Held.take

    def take_away(job_id: int, stopping: Any) -> Held | None:
        held = take(job_id, stopping)
        with transaction() as session:
            session.execute(update(Job).where(Job.id == job_id).values(state=DONE, lease_token=None))
        return held

    Held.take = take_away  # type: ignore[assignment, method-assign]
    Held._change = lambda *_args, **_values: None  # type: ignore[method-assign]


@pytest.mark.parametrize("ground", ["postgres"], indirect=True)
def test_p28_with_an_early_acknowledgement(app: Flask, ground: Stack, model: AIServer, tmp_path: Path) -> None:
    ledger = new_ledger()
    with site(with_model(ground, model), tmp_path, mutation=acknowledge_early) as running:
        kill_under_load(running, ledger, ["everything"])
    with pytest.raises(AssertionError, match="stored is what was told"):
        holds(ledger)


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_p18_with_jobs_that_end_when_they_are_taken(app: Flask, ground: Stack, model: AIServer, tmp_path: Path) -> None:
    ledger = new_ledger()
    with site(with_model(ground, model), tmp_path, mutation=end_when_taken) as running:
        kill_while_asking(running, ledger, model)
        settle(ground, ledger)
    with pytest.raises(AssertionError, match="the AI owes an answer"):
        holds(ledger)
