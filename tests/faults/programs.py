"""Our server and our workers, each in a process group of its own that can be killed and started again.

They are what `fikoadmin run` and `fikoadmin worker` start, without the seconds that a fresh interpreter takes.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPException
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from typing import Any

import gunicorn.workers.gthread  # noqa: F401  so that each process need not read it anew
from gunicorn.app.wsgiapp import WSGIApplication

from fikoadmin import jobs
from fikoadmin.config import ROOT
from fikoadmin.services import accounts
from tests.app_server import Answer, as_json, ask
from tests.faults.chance import PATIENCE, jitter, wait_until
from tests.faults.deliveries import FRESH
from tests.faults.failpoints import Arms, install
from tests.faults.ground import PROGRAM, new_conversation, opened
from tests.services import free_port

Mutation = Callable[[], None]


@dataclass(frozen=True)
class Setting:
    """What a program is started with; `arms` and `mutation` where it shall die or be wrong."""

    environment: Mapping[str, str]
    port: int = 0
    arms: Path | None = None
    mutation: Mutation | None = None


def serve(setting: Setting, ready: Event) -> None:
    """As `fikoadmin run` on a database of the newest schema; it is ready when /readyz says so."""
    sys.argv = ["gunicorn", "--config", "python:fikoadmin.serve", "--chdir", str(ROOT)]
    sys.argv += ["--bind", f"127.0.0.1:{setting.port}", "wsgi:app"]
    os.environ.update({"FIKO_SECRET_KEY": "0123456789abcdef", **setting.environment})
    ready.set()
    WSGIApplication("%(prog)s").run()


def work(setting: Setting, ready: Event) -> None:
    """As `fikoadmin worker`."""
    with opened(setting.environment) as app:
        new_conversation()  # its first commit: it is ready
        jobs.start(app)
        ready.set()
        signal.pause()


def _main(program: Callable[[Setting, Event], None], setting: Setting, ready: Event) -> None:
    os.setsid()
    if setting.arms:
        install(Arms(setting.arms))
    if setting.mutation:
        setting.mutation()
    with jitter(Random(os.getpid()), often=0.05):
        program(setting, ready)


class Program:
    """One of them, started on creation."""

    def __init__(self, program: Callable[[Setting, Event], None], setting: Setting) -> None:
        self._program, self._setting = program, setting
        self.start()

    def start(self) -> None:
        self.ready = FRESH.Event()
        self._process = FRESH.Process(target=_main, args=(self._program, self._setting, self.ready))
        self._process.start()

    @property
    def is_dead(self) -> bool:
        return not self._process.is_alive()

    def kill(self) -> None:
        """SIGKILL to all of its processes at once."""
        self.ready.wait(10)  # before that it may not have a group of its own
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.kill()  # one that was not ready in time has no group, and would be waited for in vain
        self._process.join(PATIENCE)


class Site:
    """One server and some workers on one installation, and what a program needs to call its API."""

    def __init__(self, environment: Mapping[str, str], workers: int, arms: Path, mutation: Mutation | None) -> None:
        self.environment, self.arms, self.port = environment, Arms(arms), free_port()
        with opened(environment):
            _, self._token = accounts.create_token("tests", PROGRAM)
        setting = Setting(environment, self.port, arms, mutation)
        self.server = Program(serve, setting)
        self.workers = [Program(work, setting) for _ in range(workers)]
        self.wait_until_ready()

    @property
    def programs(self) -> list[Program]:
        return [self.server, *self.workers]

    def revive(self) -> int:
        """Starts again what is dead, as a supervisor does; how many those were."""
        dead = [program for program in self.programs if program.is_dead]
        for program in dead:
            program.start()
        self.wait_until_ready()
        return len(dead)

    def wait_until_ready(self) -> None:
        """The server answers, and each worker has made its first commit."""
        wait_until(self._is_ready, "server and workers are ready")

    def _is_ready(self) -> bool:
        with suppress(OSError, HTTPException):
            ready = all(program.ready.is_set() for program in self.programs)
            return ready and self.request("GET", "/readyz").status == 200
        return False

    def request(
        self, method: str, path: str, body: str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """One request on a connection of its own. Raises OSError and HTTPException."""
        return ask(self.port, method, path, body, headers)

    def api(self, method: str, path: str, json: Any = None) -> Answer:
        """One API call; `path` below /api/v1."""
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return self.request(method, f"/api/v1{path}", as_json(json), headers)

    def kill(self) -> None:
        for program in self.programs:
            program.kill()


@contextmanager
def site(
    environment: Mapping[str, str], arms: Path, workers: int = 2, mutation: Mutation | None = None
) -> Iterator[Site]:
    """The site, all of it killed in the end; `arms` is an empty folder."""
    made = Site(environment, workers, arms, mutation)
    try:
        yield made
    finally:
        made.kill()
