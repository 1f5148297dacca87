"""F4: the disk that SQLite is on is full, and has room again, while programs and people use us."""

from __future__ import annotations

from pathlib import Path

from tests import services
from tests.fakes.ai_server import AIServer
from tests.faults.outages import fill_and_look


def test_p28_acknowledged_is_stored(disk: Path, redis_server: services.Redis, model: AIServer, tmp_path: Path) -> None:
    fill_and_look(disk, redis_server, model, tmp_path, points=5)
