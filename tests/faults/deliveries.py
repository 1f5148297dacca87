"""Processes that deliver the same events at the same time, as a channel does that got no answer."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from multiprocessing.synchronize import Barrier
from queue import Empty
from random import Random
from typing import Any

from sqlalchemy import Select, func, select

from fikoadmin.errors import Problem
from fikoadmin.extensions import db
from fikoadmin.models import messages
from fikoadmin.models.events import INSTAGRAM_COMMENT, MESSAGE_RECEIVED, Event
from fikoadmin.models.executions import Execution, Step
from fikoadmin.models.messages import Message
from fikoadmin.services import events
from fikoadmin.services.events import Incoming
from tests.conftest import Stack
from tests.contract.documents import action, document, note, row, send, unique, when
from tests.faults.chance import PATIENCE, jitter
from tests.faults.ground import PROGRAM, live_workflow, message, new_conversation, opened

# A clean process each time: a forked copy of this one would share its connections and locks.
FRESH = multiprocessing.get_context("forkserver")
FRESH.set_forkserver_preload(["tests.faults.deliveries", "tests.faults.programs"])

KEYWORD = unique("order")


@dataclass(frozen=True)
class Delivered:
    """What the sender was told: a receipt's values, or the error."""

    key: str
    told: Mapping[str, Any] | str

    @property
    def is_first(self) -> bool:
        return not isinstance(self.told, str) and not self.told["duplicate"]


def workflows() -> list[dict[str, Any]]:
    """What the events start: one effect of each kind; and one workflow that runs where there is no conversation."""
    comment = when(title="Comment", when_type="instagram_comment")
    end = action("add_tag", "Tag", tag_name="commented")
    ways = row(comment, end)["connections"]
    return [row(when(KEYWORD), send("Thank you"), note("said once")), document([comment, end], ways)]


def some_events(count: int) -> list[tuple[str, Incoming]]:
    """Events of three kinds by their keys: with an id, with the channel's message id, and outside a conversation."""
    made: list[tuple[str, Incoming]] = []
    for number in range(count):
        key = unique("event")
        if number % 3 == 0:
            made.append((key, message(new_conversation(), f"{KEYWORD} {number}", key)))
        elif number % 3 == 1:
            made.append((key, message(new_conversation(), f"{KEYWORD} {number}", message_id=key)))
        else:
            made.append((key, Incoming(INSTAGRAM_COMMENT, None, None, key, {"content": f"{number}"})))
    return made


def deal(what: Sequence[tuple[str, Incoming]], times: int, processes: int) -> list[list[tuple[str, Incoming]]]:
    """Each event so many times, at about the same place of so many different lanes."""
    lanes: list[list[tuple[str, Incoming]]] = [[] for _ in range(processes)]
    for number, delivery in enumerate(one for one in what for _ in range(times)):
        lanes[number % processes].append(delivery)
    return lanes


def deliver_here(lane: Sequence[tuple[str, Incoming]], chance: Random) -> list[Delivered]:
    """Delivers them in this thread; no error ends it, the sender is told."""
    done: list[Delivered] = []
    for key, incoming in lane:
        time.sleep(chance.uniform(0, 0.005))
        try:
            done.append(Delivered(key, asdict(events.receive(incoming, PROGRAM))))
        except Exception as error:  # whatever it is, a sender sees it
            done.append(Delivered(key, type(error).__name__))
    return done


def _deliver(environment: Mapping[str, str], lane: Sequence[tuple[str, Incoming]], ready: Barrier, said: Any) -> None:
    chance = Random()
    with opened(environment), jitter(chance):
        new_conversation()  # its first commit: it is ready
        ready.wait(PATIENCE)
        said.put(deliver_here(lane, chance))


def deliver(environment: Mapping[str, str], lanes: Sequence[Sequence[tuple[str, Incoming]]]) -> list[Delivered]:
    """Delivers each lane in a process of its own, all beginning at the same time."""
    said, ready = FRESH.Queue(), FRESH.Barrier(len(lanes))
    processes = [FRESH.Process(target=_deliver, args=(environment, lane, ready, said)) for lane in lanes]
    for process in processes:
        process.start()
    try:
        return [one for _ in processes for one in said.get(timeout=2 * PATIENCE + max(map(len, lanes)))]
    except Empty:
        raise AssertionError("a process did not deliver") from None
    finally:
        for process in processes:
            process.join(5)
            process.kill()
        said.close()


def once_each(what: Sequence[tuple[str, Incoming]], delivered: Sequence[Delivered], first: int = 1) -> None:
    """P12: everybody was told the same, one of them as the first; `first` 0: it was known before."""
    by_key: defaultdict[str, list[Delivered]] = defaultdict(list)
    for one in delivered:
        assert not isinstance(one.told, str), f"a sender was told {one.told}"
        by_key[one.key].append(one)
    assert by_key.keys() == {key for key, _ in what}
    for key, told in by_key.items():
        assert len({_content(one) for one in told}) == 1, f"{key}: different answers"
        assert sum(one.is_first for one in told) == first, f"{key}: first {sum(one.is_first for one in told)} times"


def _content(one: Delivered) -> str:
    assert not isinstance(one.told, str)
    return str({name: value for name, value in one.told.items() if name != "duplicate"})


def rows() -> dict[str, int]:
    """How many there are of everything that an event leaves behind."""
    db.session.rollback()
    said = dict(db.session.execute(select(Message.type, func.count()).group_by(Message.type)).all())
    delivered = (
        select(func.count()).select_from(Event).where(Event.event_type.in_((MESSAGE_RECEIVED, INSTAGRAM_COMMENT)))
    )
    counted = {model.__tablename__: _count(select(func.count()).select_from(model)) for model in (Execution, Step)}
    return {"events": _count(delivered)} | counted | {kind: said.get(kind, 0) for kind in messages.TYPES}


def _count(query: Select[int]) -> int:
    return db.session.scalar(query) or 0


def expected(what: Sequence[tuple[str, Incoming]]) -> dict[str, int]:
    """The rows that those events leave behind."""
    kinds = Counter(incoming.event_type for _, incoming in what)
    comments, written = kinds[INSTAGRAM_COMMENT], len(what) - kinds[INSTAGRAM_COMMENT]
    return {
        "events": len(what), "executions": len(what), "steps": 3 * written + 2 * comments,
        messages.CUSTOMER: written, messages.WORKFLOW_MESSAGE: written, messages.NOTE: written,
        messages.AI_MESSAGE: 0, messages.OPERATOR_MESSAGE: 0,
    }  # fmt: skip


def refused(incoming: Incoming) -> bool:
    """Whether it is refused as a conflict."""
    try:
        events.receive(incoming, PROGRAM)
    except Problem as problem:
        return problem.status == 409
    return False


def once(ground: Stack, count: int, times: int, processes: int) -> None:
    """That many events, each delivered so many times, leave one set of rows."""
    with opened(ground.environment):
        for document in workflows():
            live_workflow(document)
        what = some_events(count)
    once_each(what, deliver(ground.environment, deal(what, times, processes)))
    again = deliver(ground.environment, deal(what, 1, 2))
    once_each(what, again, first=0)
    with opened(ground.environment):
        assert rows() == expected(what)
        other = [replace(incoming, data={**incoming.data, "content": "something else"}) for _, incoming in what]
        assert all(refused(incoming) for incoming in other)
        assert rows() == expected(what)
