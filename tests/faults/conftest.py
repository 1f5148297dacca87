"""Databases of the newest schema, quickly: brought there once, and copied for each test.

And a server and a disk that belong to one test, which breaks or fills them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import pytest
from flask import Flask

from tests import services
from tests.conftest import STACKS, Stack, require
from tests.fakes.ai_server import AIServer
from tests.faults.ground import bring_up, opened

NewGround = Callable[[str], AbstractContextManager[Stack]]


@pytest.fixture(scope="session")
def new_ground(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> NewGround:
    """`with new_ground("sqlite") as stack`: an empty installation of the newest schema, always with a Redis."""
    templates: dict[str, str] = {}

    def template(name: str) -> str:
        if name not in templates:
            templates[name] = postgres().new_database() if name == "postgres" else f"sqlite:///{new_file()}"
            bring_up({"FIKO_DATABASE_URL": templates[name], "FIKO_LOG_FILE": f"{new_file()}.log"})
        return templates[name]

    def new_file() -> str:
        return str(tmp_path_factory.mktemp("ground") / "fiko.sqlite3")

    def postgres() -> services.Postgres:
        server: services.Postgres = request.getfixturevalue("postgres")
        return server

    @contextmanager
    def ground(name: str) -> Iterator[Stack]:
        redis: services.Redis = request.getfixturevalue("redis_server")
        file = new_file()
        environment = {"FIKO_REDIS_URL": redis.new_database(), "FIKO_LOG_FILE": f"{file}.log"}
        if name == "sqlite":
            shutil.copy(template(name).removeprefix("sqlite:///"), file)
            yield Stack(name, environment | {"FIKO_DATABASE_URL": f"sqlite:///{file}"}, redis)
            return
        url = postgres().new_database(template(name))
        yield Stack(name, environment | {"FIKO_DATABASE_URL": url}, redis, postgres())
        postgres().drop_database(url)

    return ground


@pytest.fixture(params=STACKS)
def ground(request: pytest.FixtureRequest, new_ground: NewGround) -> Iterator[Stack]:
    """The test runs on each database, both times with a Redis."""
    with new_ground(request.param) as stack:
        yield stack


@pytest.fixture
def model() -> Iterator[AIServer]:
    """A language model that can be held in the middle of its answer."""
    with AIServer() as server:
        yield server


def with_model(stack: Stack, model: AIServer) -> dict[str, str]:
    """The stack's settings and the model's."""
    named = {"FIKO_AI_BASE_URL": model.url, "FIKO_AI_API_KEY": "key", "FIKO_AI_MODEL": "small"}
    return stack.environment | named


@pytest.fixture
def app(ground: Stack) -> Iterator[Flask]:
    """The app in this process, its context pushed."""
    with opened(ground.environment) as app:
        yield app


@pytest.fixture
def answering_app(ground: Stack, model: AIServer) -> Iterator[Flask]:
    """The same with a language model."""
    with opened(with_model(ground, model)) as app:
        yield app


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


MEGABYTES = 24  # for the few points of the test here; what is stored meanwhile must fit in as well
SHARED = Path("/dev/shm")
# Where we may not mount, the shared memory does, if it is small enough to be filled.
FILLED_AT_MOST = 256 * 1024 * 1024


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
