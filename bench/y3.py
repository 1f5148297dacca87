"""Y3: a redirect by a workflow over HTTP, two gunicorn workers, against pgbench doing the two writes alone."""

from __future__ import annotations

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import NamedTemporaryFile

from bench.ground import Ground, all_redirected, conversations
from bench.load import Loaded, load
from bench.rounds import in_turn
from bench.table import Line
from fikoadmin.config import ROOT
from fikoadmin.models.actors import SYSTEM
from fikoadmin.services import accounts
from tests.services import free_port, need

GOAL = 0.05
ROUNDS = 3
EVENTS = 400
CONNECTIONS = 32
SERVE = [sys.executable, "-m", "gunicorn", "--config", "python:fikoadmin.serve"]
READY_SECONDS = 60.0

# The floor's two statements. Many meet at one of 10,000 rows as rarely as our conversations do.
SCRIPT = r"""
\set n random(1, 10000)
BEGIN;
UPDATE floor_conversations SET status = 'support_active', ai_enabled = false, epoch = epoch + 1 WHERE id = :n::text;
INSERT INTO floor_events (conversation_id, epoch, status, at) VALUES (:n::text, 1, 'support_active', now());
COMMIT;
"""


@dataclass(frozen=True)
class Served:
    """Where a server listens, and its first process."""

    port: int
    pid: int


@contextmanager
def served(ground: Ground, workers: int = 2, threads: int = 16) -> Iterator[Served]:
    """So many gunicorn workers on the ground's databases."""
    port = free_port()
    environment = ground.environment | {"PATH": os.environ["PATH"]}
    size = ["--workers", str(workers), "--threads", str(threads), "--bind", f"127.0.0.1:{port}"]
    server = subprocess.Popen([*SERVE, *size, "wsgi:app"], cwd=ROOT, env=environment, start_new_session=True)
    try:
        _wait_until_ready(server, port)
        yield Served(port, server.pid)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)


def _wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not _is_ready(port):
        assert server.poll() is None, "gunicorn did not start"
        assert time.monotonic() < deadline, "gunicorn is not ready"
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    return False


def measure(ground: Ground) -> Line:
    """Events a second over HTTP, each with its token, answered right and redirected."""
    _, token = accounts.create_token("bench", SYSTEM)
    loads: list[Loaded] = []

    def ours(_number: int) -> float:
        ids = conversations(EVENTS)
        loads.append(load(port, token, ids, CONNECTIONS))
        all_redirected(ids)
        return loads[-1].per_second

    with served(ground) as server:
        port = server.port
        rates = in_turn(ours, lambda _number: pgbench(ground, 3), ROUNDS)
    p99 = median(one.percentile(0.99) for one in loads[1:]) * 1000
    return Line(
        "Y3 the same over HTTP, 32 connections", f"{rates.ours:.0f}/s, p99 {p99:.0f} ms",
        f"{rates.reference:.0f}/s", f"{rates.ratio:.3f}", f"at least {GOAL:g}", rates.ratio >= GOAL,
    )  # fmt: skip


def pgbench(ground: Ground, seconds: int) -> float:
    """Transactions a second of the floor's two statements, by 16 clients."""
    with NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(SCRIPT)
        script.flush()
        options = ["--no-vacuum", "--client=16", "--jobs=2", f"--time={seconds}", f"--file={script.name}"]
        done = subprocess.run(
            [str(_pgbench()), *options, ground.postgres_url], capture_output=True, text=True, check=True
        )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def _pgbench() -> Path:
    return need("pgbench")
