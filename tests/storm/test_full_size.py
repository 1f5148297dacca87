"""The faults of tests/faults at full size, on each database: hours, not minutes. `make storm`."""

from pathlib import Path
from statistics import median

import pytest
from flask import Flask

from tests.app_server import App
from tests.conftest import Stack
from tests.contract.client import Client
from tests.fakes.ai_server import AIServer
from tests.faults.bursts import burst
from tests.faults.deliveries import once
from tests.faults.interleavings import play
from tests.faults.kills import kill_and_look
from tests.faults.machine import run_machine
from tests.faults.malformed import events_refused_whole, imports_refused_whole
from tests.faults.outages import fill_and_look, stop_and_look
from tests.faults.redis_outages import Clients, outages
from tests.faults.rivals import answer_or_timeout
from tests.faults.world import new_world
from tests.faults.writers import many_writers
from tests.services import Redis

pytestmark = pytest.mark.storm


def test_f05_p01_p05_redirects_at_once(app: Flask, ground: Stack) -> None:
    burst(app, ground, bursts=1_000, seed=50)


def test_f06_p02_p03_p04_p10_answers_in_flight(answering_app: Flask, ground: Stack, model: AIServer) -> None:
    play(answering_app, ground, model, rounds=10_000, seed=60)


def test_f07_p12_deliveries(ground: Stack) -> None:
    once(ground, count=10_000, times=5, processes=8)


def test_f01_p05_p12_p18_p28_kills(app: Flask, ground: Stack, model: AIServer, tmp_path: Path) -> None:
    """1,000 kills and 50,000 acknowledged calls, half of them on each database."""
    struck, ledger = kill_and_look(ground, model, tmp_path, kills=500, at_least=50)
    print(f"\nF1 {ground.name}: {dict(struck.at)}, {struck.revived} started again, {ledger.acknowledged} acknowledged, "
          f"{ledger.interrupted} interrupted, 0 violations")  # fmt: skip


def test_f02_p05_redis_gone(app: Flask, ground: Stack) -> None:
    """50 outages of each kind on each database; how long calls took beside those of an installation in peace."""
    clients = Clients(app)
    calm = clients.go(0)
    for state, seen in outages(app, ground, clients, rounds=50).items():
        middle, slowest = median(one.median for one in seen), median(one.p99 for one in seen)
        print(f"\nF2 {ground.name}, {state}: median {middle / calm.median:.2f} x, p99 {slowest / calm.p99:.2f} x, "
              f"at most {max(max(one.waits) for one in seen):g} waits of 50 ms")  # fmt: skip


def test_f03_p28_postgres_stopped(durable: Stack, model: AIServer, tmp_path: Path) -> None:
    ledger, reader = stop_and_look(durable, model, tmp_path, stops=20)
    print(f"\nF3: 20 stops, {ledger.acknowledged} acknowledged, {len(ledger.busy)} calls and "
          f"{len(reader.with_status(503))} pages asked to come back, 0 violations")  # fmt: skip


@pytest.mark.parametrize("disk", [320], indirect=True)
def test_f04_p28_disk_full(disk: Path, redis_server: Redis, model: AIServer, tmp_path: Path) -> None:
    ledger, _ = fill_and_look(disk, redis_server, model, tmp_path, points=200)
    print(f"\nF4: 200 points, {ledger.acknowledged} acknowledged, {len(ledger.busy)} asked to come back, 0 violations")


def test_f08_p16_answer_and_timeout(app: Flask, ground: Stack) -> None:
    """5,000 times, half of them on each database, in stages: each process keeps what it has read of its part."""
    for _ in range(25):
        print(f"\nF8 {ground.name}: {answer_or_timeout(ground, 100)}")


def test_f13_conversation_machine(app: Flask, ground: Stack) -> None:
    """20,000 steps on each database."""
    run_machine(new_world(app, ground), examples=400, steps=50)


def test_f12_p26_p29_malformed_over_http(stack: Stack) -> None:
    with App(stack.environment) as running:
        imports_refused_whole(Client(running), 5_000, seed=120)
        events_refused_whole(Client(running), 5_000, seed=121)


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_sqlite_writers(app: Flask) -> None:
    many_writers(app, times=200)
