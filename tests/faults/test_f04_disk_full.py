"""F4: the disk that SQLite is on is full, and has room again, while programs and people use us."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from fikoadmin.extensions import db
from tests import services
from tests.conftest import Stack
from tests.fakes.ai_server import AIServer
from tests.faults.conftest import with_model
from tests.faults.ground import bring_up, opened
from tests.faults.kills import holds, new_ledger, settle
from tests.faults.load import Ledger
from tests.faults.outages import full, only_busy, suffer
from tests.faults.programs import site
from tests.faults.reading import Reader

MEGABYTES = 24  # for the few points of the test here; what is stored meanwhile must fit in as well
SHARED = Path("/dev/shm")
# Where we may not mount, the shared memory does, if it is small enough to be filled.
FILLED_AT_MOST = 256 * 1024 * 1024
LONGEST_ROOM = 200_000


@pytest.fixture
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system so small that it can be filled; the parameter, where there is one, is its size in megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={getattr(request, 'param', MEGABYTES)}m", "tmpfs", str(place)]
    if subprocess.run(mounted, capture_output=True, check=False).returncode == 0:
        yield place
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        return
    state = os.statvfs(SHARED)
    if state.f_bavail * state.f_frsize > FILLED_AT_MOST:
        pytest.skip("this machine has no file system that a test may fill")
    folder = SHARED / tmp_path.name
    folder.mkdir()
    yield folder
    for path in folder.iterdir():
        with suppress(FileNotFoundError):
            path.unlink()
    folder.rmdir()


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


def test_p28_acknowledged_is_stored(disk: Path, redis_server: services.Redis, model: AIServer, tmp_path: Path) -> None:
    fill_and_look(disk, redis_server, model, tmp_path, points=5)
