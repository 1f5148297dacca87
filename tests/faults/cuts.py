"""Live streams that are cut, fall silent and come back, while conversations change."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import Context
from dataclasses import replace
from random import Random

from flask import Flask

from fikoadmin import destinations
from fikoadmin.services import conversations
from tests.conftest import Stack
from tests.faults.chance import wait_until
from tests.faults.ground import PERSON, shown
from tests.faults.hall import Hall
from tests.faults.programs import Site
from tests.faults.relay import Relay
from tests.faults.screens import Screen
from tests.services import free_port
from tests.web.browsing import signed_in_as

TROUBLES = 4
# The promise is 5 s; what a crowded machine adds is not the page's fault, and a page that never looks is found.
SECONDS = 15.0


def threads_for(stack: Stack, streams: int) -> Stack:
    """A server admits streams on half of its threads."""
    return replace(stack, environment=stack.environment | {"GUNICORN_CMD_ARGS": f"--threads {2 * streams + 20}"})


def change(ids: Sequence[str], chance: Random) -> dict[str, float]:
    """Redirects each of them; when, in monotonic seconds."""
    changed = {}
    for id_ in ids:
        choices = [one.value for one in destinations.DESTINATIONS if one.value != shown(id_).destination]
        conversations.redirect(id_, chance.choice(choices), PERSON)
        changed[id_] = time.monotonic()
    return changed


def disturb(running: Site, hall: Hall, ids: Sequence[str], chance: Random, within: float = SECONDS) -> float:
    """Cuts, changes, a kill -9, more changes while nobody serves, a restart; the slowest page, in seconds since it
    was connected again."""
    changed: dict[str, float] = {}
    for _ in range(TROUBLES):
        hall.trouble(chance)
        changed |= change(chance.sample(ids, len(ids) // 5), chance)
        time.sleep(chance.uniform(0, 0.3))
    running.kill()
    changed |= change(chance.sample(ids, len(ids) // 2), chance)
    running.revive()
    truth = {id_: shown(id_).epoch for id_ in ids}
    wait_until(
        lambda: {s.conversation_id: s.epoch for s in hall.screens} == truth, "every page shows the truth", within
    )
    late = [s.seen[s.epoch] - max(s.connected_at, changed.get(s.conversation_id, 0)) for s in hall.screens]
    return max(late)


@contextmanager
def hall_of(app: Flask, running: Site, ids: Sequence[str]) -> Iterator[tuple[Hall, str, int]]:
    """A page for each of those conversations; the cookie of who reads them, and the port that may be cut."""
    session = Context().run(signed_in_as, app, "viewer").client.get_cookie("fiko_session")
    assert session
    port = free_port()
    screens = [Screen(id_, f"fiko_session={session.value}", port, port) for id_ in ids]
    with Hall(Relay(port, running.port), screens) as hall:
        yield hall, session.value, port
