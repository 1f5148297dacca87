"""F3: PostgreSQL stops in immediate mode, and is started again, while programs and people use us."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests import services
from tests.conftest import Stack, require
from tests.fakes.ai_server import AIServer
from tests.faults.conftest import with_model
from tests.faults.ground import bring_up, opened
from tests.faults.kills import holds, new_ledger, settle
from tests.faults.load import Ledger
from tests.faults.outages import only_busy, suffer
from tests.faults.programs import site
from tests.faults.reading import Reader


@pytest.fixture
def durable(redis_server: services.Redis, tmp_path: Path) -> Iterator[Stack]:
    """A PostgreSQL of its own, which nobody else misses."""
    require("postgresql")
    with services.Postgres(durable=True) as server:
        environment = {
            "FIKO_DATABASE_URL": server.new_database(),
            "FIKO_REDIS_URL": redis_server.new_database(),
            "FIKO_LOG_FILE": str(tmp_path / "workflow.log"),
        }
        bring_up(environment)
        yield Stack("postgres", environment, redis_server, server)


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


def test_p28_nothing_acknowledged_is_lost(durable: Stack, model: AIServer, tmp_path: Path) -> None:
    stop_and_look(durable, model, tmp_path, stops=2)
