"""The database is gone, or full, while programs and people go on; it comes back, and nothing of ours is restarted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from pathlib import Path
from random import Random

from sqlalchemy import text

from fikoadmin.extensions import db
from tests import services
from tests.app_server import Answer
from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults.chance import wait_until
from tests.faults.conftest import with_model
from tests.faults.ground import bring_up, opened
from tests.faults.kills import holds, new_ledger, settle
from tests.faults.load import BUSY, Ledger, load
from tests.faults.programs import Site, site
from tests.faults.reading import Reader

# Calls acknowledged before each outage and after it, and refused meanwhile.
AT_LEAST = 10
PAGE = 4096

Outage = Callable[[], AbstractContextManager[None]]


def suffer(running: Site, ledger: Ledger, outages: Sequence[Outage], reads_fail: bool) -> Reader:
    """Has those outages happen one after another; each one is felt, and over without anybody's help."""
    reader = Reader(running)
    shared = ledger.conversations[0]
    pages = ["/conversations", f"/conversations/{shared}", "/workflows"]
    with reader.following(f"conversation:{shared}"), reader.reading(pages), load(running, ledger, clients=8):
        for outage in outages:
            _more(ledger, partial(len, ledger.events), "calls are acknowledged")
            with outage():
                _more(ledger, partial(len, ledger.busy), "calls are refused")
                if reads_fail:
                    _more(ledger, lambda: len(reader.with_status(BUSY)), "pages are refused", at_least=1)
            _more(ledger, partial(len, ledger.events), "calls are acknowledged again")
            _more(ledger, lambda: len(reader.with_status(200)), "pages are shown again", at_least=3)
            _more(ledger, partial(len, reader.heard), "the stream goes on", at_least=1)
    assert not any(program.is_dead for program in running.programs), "a program has ended"
    return reader


def _more(ledger: Ledger, count: Callable[[], int], what: str, at_least: int = AT_LEAST) -> None:
    before = count()
    wait_until(lambda: count() >= before + at_least or ledger.errors, what)
    assert not ledger.errors, ledger.errors[0]


def only_busy(ledger: Ledger, reader: Reader) -> None:
    """Whoever was refused was asked to come back, on pages and API alike; nobody's connection was cut."""
    others = [answer for answer in reader.answers if answer.status not in (200, BUSY)]
    assert not others, f"{others[0].status} {others[0].headers['Location']}: {others[0].text[-2000:]}"
    refused: list[Answer] = [*ledger.busy, *reader.with_status(BUSY)]
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in refused)
    assert not ledger.interrupted


@contextmanager
def full(disk: Path, room: int) -> Iterator[None]:
    """Nothing more than `room` bytes can be written to that file system."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        with suppress(OSError):
            while file.write(b"\0" * PAGE):
                pass
        file.truncate(max(0, file.tell() - room))
    try:
        yield
    finally:
        ballast.unlink()


@contextmanager
def stopped(server: services.Postgres) -> Iterator[None]:
    server.stop("immediate")
    try:
        yield
    finally:
        server.start()


def stop_and_look(durable: Stack, model: AIServer, folder: Path, stops: int) -> tuple[Ledger, Reader]:
    """That many outages, and what holds then."""
    assert durable.postgres
    with opened(durable.environment):
        ledger = new_ledger()
        with site(with_model(durable, model), folder, workers=1) as running:
            reader = suffer(running, ledger, [partial(stopped, durable.postgres)] * stops, reads_fail=True)
            settle(durable, ledger)
        only_busy(ledger, reader)
        holds(ledger)
    return ledger, reader


LONGEST_ROOM = 200_000


def fill_and_look(
    disk: Path, redis: services.Redis, model: AIServer, folder: Path, points: int
) -> tuple[Ledger, Reader]:
    """The disk full at that many points, each with another amount of room left for what is under way."""
    environment = {
        "FIKO_DATABASE_URL": f"sqlite:///{disk / 'fiko.sqlite3'}",
        "FIKO_REDIS_URL": redis.new_database(),
        "FIKO_LOG_FILE": str(folder / "workflow.log"),
    }
    bring_up(environment)
    stack, chance, arms = Stack("sqlite", environment, redis), Random(points), folder / "arms"
    arms.mkdir()
    outages = [partial(full, disk, chance.choice((0, chance.randrange(LONGEST_ROOM)))) for _ in range(points)]
    with opened(environment):
        ledger = new_ledger()
        with site(with_model(stack, model), arms, workers=1) as running:
            reader = suffer(running, ledger, outages, reads_fail=False)
            settle(stack, ledger)
        only_busy(ledger, reader)
        holds(ledger)
        assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
    return ledger, reader
