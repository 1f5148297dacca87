"""Y7: from a commit to the change on another operator's screen, with many open streams; and what a stream holds."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.managers import SyncManager
from pathlib import Path
from threading import Event
from typing import Any

from bench.ground import Ground, conversations
from bench.reader import cookie_of_operator
from bench.table import Line
from bench.y3 import Served, served
from fikoadmin.services import conversations as services
from tests.faults.ground import PERSON
from tests.faults.screens import Screen

STREAMS, MORE_STREAMS = 500, 2_000
FEW = 50
MILLISECONDS, MILLISECONDS_FOR_MORE = 250, 500
KILOBYTES = 40
CHANGES = 200
A_SECOND = 20
PATIENCE = 120.0

Seen = dict[tuple[str, int], float]


def measure(ground: Ground, streams: int) -> Iterator[Line]:
    """Pages and streams have servers of their own, as in production; each stream is about another conversation."""
    cookie = cookie_of_operator(ground.app)
    with served(ground) as pages, served(ground, 1, 2 * streams + 20) as live:
        few, before = _delays(cookie, pages, live, FEW)
        many, held = _delays(cookie, pages, live, streams)
    ours, reference = _p95(many), _p95(few)
    goal = MILLISECONDS if streams < MORE_STREAMS else MILLISECONDS_FOR_MORE
    yield Line(
        f"Y7 commit to another screen, {streams:,} streams", f"p95 {ours:.0f} ms", f"p95 {reference:.0f} ms with {FEW}",
        f"{ours / reference:.2f}", f"under {goal} ms", ours < goal,
    )  # fmt: skip
    each = (held - before) / (streams - FEW)
    yield Line(
        "Y7 memory of a stream", f"{each:.1f} KB", "", "", f"at most {KILOBYTES} KB", each <= KILOBYTES
    )  # fmt: skip


def _delays(cookie: str, pages: Served, live: Served, streams: int) -> tuple[list[float], float]:
    """Milliseconds of each change, in order; and the kilobytes of the process that streams, all streams open."""
    ids = conversations(streams)
    context = multiprocessing.get_context("spawn")
    with context.Manager() as manager, ProcessPoolExecutor(1, context) as process:
        shown, over = _signals(manager)
        watched = process.submit(_watch, ids, cookie, live.port, pages.port, shown, over)
        assert shown.wait(PATIENCE), "not every page shows its conversation"
        changed = _change(ids)
        held = _kilobytes(live)
        time.sleep(2)
        over.set()
        seen = watched.result(PATIENCE)
    assert changed.keys() <= seen.keys(), f"{len(changed.keys() - seen.keys())} changes were never seen"
    return sorted((seen[key] - moment) * 1000 for key, moment in changed.items()), held


def _signals(manager: SyncManager) -> tuple[Event, Event]:
    return manager.Event(), manager.Event()


def _change(ids: Sequence[str]) -> Seen:
    """Redirects conversations, some a second, each at most once; when each was committed."""
    changed: Seen = {}
    for id_ in random.sample(ids, min(CHANGES, len(ids))):
        began = time.monotonic()
        epoch = services.redirect(id_, "sales", PERSON).epoch
        changed[id_, epoch] = time.monotonic()
        time.sleep(max(0.0, 1 / A_SECOND - (time.monotonic() - began)))
    return changed


def _watch(ids: list[str], cookie: str, live: int, pages: int, shown: Any, over: Any) -> Seen:
    """A process of its own: the open pages, and nothing else."""
    return asyncio.run(_open_all([Screen(id_, cookie, live, pages) for id_ in ids], shown, over))


async def _open_all(screens: list[Screen], shown: Event, over: Event) -> Seen:
    opened = []
    for number, screen in enumerate(screens):
        opened.append(asyncio.create_task(screen.open()))
        await asyncio.sleep(0.02 if number else 0)
    while not all(screen.is_live and screen.epoch for screen in screens):
        await asyncio.sleep(0.1)
    shown.set()
    await asyncio.to_thread(over.wait, PATIENCE)
    for task in opened:
        task.cancel()
    await asyncio.gather(*opened, return_exceptions=True)
    return {(screen.conversation_id, epoch): at for screen in screens for epoch, at in screen.seen.items()}


def _p95(ordered: Sequence[float]) -> float:
    return ordered[int(0.95 * len(ordered))]


def _kilobytes(server: Served) -> float:
    """What its one worker holds for itself."""
    (worker,) = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    rollup = Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines()
    private = [line.split() for line in rollup if line.startswith("Private_")]
    return float(sum(int(kilobytes) for _, kilobytes, _ in private))
