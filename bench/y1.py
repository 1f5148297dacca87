"""Y1: a redirect by a workflow in process, one thread, against the same two writes by hand in one transaction."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path

from bench.floor import floor
from bench.ground import TEXT, Ground, all_redirected, conversations
from bench.rounds import in_turn, per_second
from bench.table import Line
from fikoadmin.mirror import keys
from tests.faults.ground import say

GOAL = 1 / 4
ROUNDS = 5
EVENTS = 100


def measure(ground: Ground) -> Line:
    """Events in, matched, run, redirected, mirrored, per second; every one of them checked."""

    def ours(_number: int) -> float:
        ids = conversations(EVENTS)
        waiting = iter(ids)
        rate = per_second(lambda: say(next(waiting), TEXT), EVENTS)
        all_redirected(ids)
        _all_mirrored(ground, ids)
        return rate

    with floor(ground.postgres_url, ground.environment["FIKO_REDIS_URL"]) as reference:
        rates = in_turn(ours, lambda _number: per_second(reference.redirect, 3 * EVENTS), ROUNDS)
    return Line(
        "Y1 redirect by a workflow, in process", f"{rates.ours:.0f}/s", f"{rates.reference:.0f}/s",
        f"{rates.ratio:.3f}", f"at least {GOAL:g}", rates.ratio >= GOAL,
    )  # fmt: skip


def _all_mirrored(ground: Ground, ids: list[str]) -> None:
    ground.app.extensions["mirror"].reconcile()  # a write that Redis did not take in time is repaired, as always
    with ground.redis.client(ground.environment["FIKO_REDIS_URL"]) as client:
        held = client.mget([keys.key(id_) for id_ in ids])
    assert set(held) == {keys.value(False, 2).encode()}, set(held)


def profile(file: Path) -> None:
    """Writes where the time of such events goes, by function."""
    ids = conversations(300)
    profiler = cProfile.Profile()
    profiler.enable()
    for conversation_id in ids:
        say(conversation_id, TEXT)
    profiler.disable()
    with file.open("w") as output:
        pstats.Stats(profiler, stream=output).sort_stats("tottime").print_stats(40).sort_stats("cumtime").print_stats(
            80
        )
