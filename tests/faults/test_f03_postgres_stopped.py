"""F3: PostgreSQL stops in immediate mode, and is started again, while programs and people use us."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults.outages import stop_and_look


def test_p28_nothing_acknowledged_is_lost(durable: Stack, model: AIServer, tmp_path: Path) -> None:
    stop_and_look(durable, model, tmp_path, stops=2)
