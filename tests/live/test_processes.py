"""What one process rings, the others hear, whatever happens to the Redis between them."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from fikoadmin.live import Live, Subscription
from fikoadmin.live.bell import Changed
from fikoadmin.live.hub import EVERYTHING
from tests import services
from tests.small_app import eventually


@dataclass
class Process:
    """One process's part of the live pages, listening for a conversation."""

    live: Live
    topic: str
    subscription: Subscription

    def changes(self, epoch: int) -> None:
        self.live.follow([Changed(self.topic, epoch)])

    def hears(self, expected: dict[str, int | None]) -> None:
        eventually(lambda: expected.items() <= self.subscription.wait(0.1).items())


@pytest.fixture
def processes(server: services.Redis) -> Iterator[tuple[Process, Process]]:
    """Two of them, who hear each other, about a conversation that no earlier test has rung for."""
    lives = Live(server.url), Live(server.url)
    topic = f"conversation:{secrets.token_hex(4)}"
    one, other = (Process(live, topic, live.subscribe([topic])) for live in lives)
    for process in (one, other):
        process.hears({EVERYTHING: None})  # it begins to hear: what was before is not known
    yield one, other
    for live in lives:
        live.stop()


def test_what_one_rings_the_other_hears_once(processes: tuple[Process, Process]) -> None:
    one, other = processes
    one.changes(7)
    one.hears({one.topic: 7})
    other.hears({one.topic: 7})
    other.changes(8)
    one.hears({one.topic: 8})
    assert one.subscription.wait(0.1) == {}


def test_an_emptied_redis_changes_nothing(processes: tuple[Process, Process], server: services.Redis) -> None:
    server.flush()
    processes[0].changes(7)
    processes[1].hears({processes[1].topic: 7})


@pytest.mark.parametrize(
    ("away", "back"),
    [(services.Redis.kill, services.Redis.start), (services.Redis.freeze, services.Redis.thaw)],
)
def test_p24_after_an_outage_all_look_at_everything(
    processes: tuple[Process, Process],
    server: services.Redis,
    away: Callable[[services.Redis], None],
    back: Callable[[services.Redis], None],
) -> None:
    one, other = processes
    away(server)
    try:
        one.changes(7)
        one.hears({one.topic: 7})  # in its own process at once
        eventually(other.live._misses_news)  # and the other one knows that it may miss something
    finally:
        back(server)
    other.hears({EVERYTHING: None})
    eventually(lambda: not other.live._misses_news())
    one.live.subscribe([one.topic])
    eventually(lambda: rung_through(one, other))


def rung_through(one: Process, other: Process) -> bool:
    one.changes(9)
    return other.subscription.wait(0.2).get(one.topic) == 9


def test_p24_what_could_not_be_rung_is_made_up_for(processes: tuple[Process, Process], server: services.Redis) -> None:
    """Only the ringing process was cut off: the other one never noticed, and must still look."""
    one, other = processes
    with server.client() as client:
        client.config_set("maxclients", 1)
        client.client_kill_filter(_type="normal", skipme=True)
        one.changes(7)
        assert other.subscription.wait(0.3) == {}
        client.config_set("maxclients", 10_000)
    other.hears({EVERYTHING: None})
