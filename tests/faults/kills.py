"""Server and workers are killed while programs use them, and started again; then what they said is looked for."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from sqlalchemy import select

from fikoadmin.extensions import db
from fikoadmin.models.events import MESSAGE_RECEIVED, Event
from fikoadmin.models.executions import COMPLETED, OPEN, Execution
from fikoadmin.models.history import ConversationEvent
from fikoadmin.models.jobs import AVAILABLE, PENDING, Delivery, Job
from fikoadmin.models.messages import CUSTOMER, NOTE, Message
from tests.conftest import Stack
from tests.contract.documents import note, row, tag, when
from tests.fakes.ai_server import AIServer
from tests.faults import truth
from tests.faults.chance import wait_until
from tests.faults.conftest import with_model
from tests.faults.failpoints import PLACES
from tests.faults.ground import history, live_workflow, new_conversation
from tests.faults.load import CLIENTS, KEYWORD, Ledger, load
from tests.faults.programs import Site, site

# Each kill has to hit programs at work.
AT_LEAST = 20
ANY_MOMENT = ("a server", "a worker", "everything")
KILLS = (*PLACES, *ANY_MOMENT)
# A place that nobody comes by in that time is given up for this once.
PLACE_SECONDS = 10.0


@dataclass
class Kills:
    """Where programs have died, and how often one was started again."""

    at: Counter[str] = field(default_factory=Counter)
    revived: int = 0


def new_ledger() -> Ledger:
    """The conversations that the load is about, and the workflow that its orders start."""
    live_workflow(row(when(KEYWORD), note("said once"), tag("ordered")))
    return Ledger([new_conversation("api") for _ in range(CLIENTS + 1)])


def kill_under_load(running: Site, ledger: Ledger, places: Iterable[str], at_least: int = AT_LEAST) -> Kills:
    """F1: a kill at each of those places, each after so many acknowledged calls."""
    kills = Kills()
    with load(running, ledger):
        for place in places:
            before = ledger.acknowledged
            wait_until(partial(_has_grown, ledger, before + at_least), "calls are acknowledged")
            kills.at[place] += _strike(running, place) if place in PLACES else _kill(running, place)
            kills.revived += running.revive()
    return kills


def _has_grown(ledger: Ledger, count: int) -> bool:
    return ledger.acknowledged >= count or bool(ledger.errors)


def _kill(running: Site, which: str) -> bool:
    time.sleep(random.uniform(0, 0.02))
    chosen = {"a server": running.programs[:1], "a worker": running.workers[:1]}
    for program in chosen.get(which, running.programs):
        program.kill()
    return True


def _strike(running: Site, place: str) -> bool:
    """Whether a program came by there and died of it."""
    running.arms.arm(place)
    deadline = time.monotonic() + PLACE_SECONDS
    while not running.arms.has_struck(place) and time.monotonic() < deadline:
        time.sleep(0.005)
    if running.arms.disarm(place):
        return False
    wait_until(lambda: any(program.is_dead for program in running.programs), "a program has died")
    return True


def kill_while_asking(running: Site, ledger: Ledger, model: AIServer) -> None:
    """P18: everything dies while the model answers in each conversation; only a lease can bring those answers back."""
    model.hold()
    for conversation_id in ledger.conversations:
        running.api("POST", f"/conversations/{conversation_id}/redirect", {"destination": "ai"})
        event = {
            "event_type": "MESSAGE_RECEIVED", "conversation_id": conversation_id, "event_id": f"last {conversation_id}",
            "data": {"content": "are you there?"},
        }  # fmt: skip
        ledger.events.append((event, running.api("POST", "/events", event).json))
    for _ in ledger.conversations:
        model.wait_until_held()
    running.kill()
    model.works()
    running.revive()


def settle(stack: Stack, ledger: Ledger) -> None:
    """P18: nothing is stuck; P5: and the mirror says what the rows say."""
    wait_until(_is_settled, "nothing is stuck")
    assert stack.redis
    for conversation_id in ledger.conversations:
        truth.mirrored(stack.redis, stack.environment["FIKO_REDIS_URL"], conversation_id)


def _is_settled() -> bool:
    db.session.rollback()
    left = (
        select(Job.id).where(Job.state == AVAILABLE),
        select(Delivery.id).where(Delivery.state == PENDING),
        select(Execution.id).where(Execution.status.in_(OPEN)),
    )
    return not any(db.session.scalar(query.limit(1)) for query in left)


def holds(ledger: Ledger) -> None:
    """P28, P12: what was acknowledged is stored once, with its effects; P1, P10: of each conversation."""
    db.session.rollback()
    stored = db.session.scalars(select(Event.id).where(Event.event_type == MESSAGE_RECEIVED)).all()
    assert Counter(stored) == Counter(event["event_id"] for event, _ in ledger.events), "stored is what was told"
    ordered = {event["event_id"]: told for event, told in ledger.events if KEYWORD in event["data"]["content"]}
    executions = db.session.scalars(select(Execution)).all()
    assert {e.event_id: [str(e.id)] for e in executions} == {key: told["executions"] for key, told in ordered.items()}
    assert {e.status for e in executions} <= {COMPLETED}
    written = Counter(db.session.scalars(select(Message.type)))
    assert (written[NOTE], written[CUSTOMER]) == (len(ordered), len(ledger.events))
    changes = {(id_, event.epoch): event for id_ in ledger.conversations for event in history(id_)}
    for told in ledger.redirects:
        _redirected(told, changes[told["id"], told["epoch"]])
    for conversation_id in ledger.conversations:
        truth.epochs_without_a_gap(conversation_id)
        truth.one_answer_a_stretch(conversation_id)
        truth.nothing_consumed(conversation_id)


def _redirected(told: dict[str, Any], event: ConversationEvent) -> None:
    then = (event.new_status, event.new_ai_enabled, event.new_destination)
    assert then == (told["status"], told["ai_enabled"], told["destination"]), "a redirect is what was told"


def kill_and_look(
    ground: Stack, model: AIServer, folder: Path, kills: int, at_least: int = AT_LEAST
) -> tuple[Kills, Ledger]:
    """That many kills, a last one of everything, and what holds then."""
    ledger = new_ledger()
    with site(with_model(ground, model), folder) as running:
        struck = kill_under_load(running, ledger, islice(cycle(KILLS), kills), at_least)
        kill_while_asking(running, ledger, model)
        settle(ground, ledger)
    holds(ledger)
    return struck, ledger
