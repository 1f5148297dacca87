"""The faults of tests/faults at full size, on each database: hours, not minutes. `make storm`."""

from pathlib import Path

import pytest
from flask import Flask

from tests.app_server import App
from tests.conftest import Stack
from tests.contract.client import Client
from tests.fakes.ai_server import AIServer
from tests.faults.bursts import burst
from tests.faults.interleavings import play
from tests.faults.test_f01_kills import kill_and_look
from tests.faults.test_f07_deliveries import once
from tests.faults.test_f12_malformed_over_http import events_refused_whole, imports_refused_whole
from tests.faults.test_sqlite_writers import many_writers

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


def test_f12_p26_p29_malformed_over_http(stack: Stack) -> None:
    with App(stack.environment) as running:
        imports_refused_whole(Client(running), 5_000, seed=120)
        events_refused_whole(Client(running), 5_000, seed=121)


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_sqlite_writers(app: Flask) -> None:
    many_writers(app, times=200)
