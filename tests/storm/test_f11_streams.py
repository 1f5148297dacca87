"""F11 at full size."""

from pathlib import Path
from random import Random

import pytest
from flask import Flask

from tests.conftest import Stack
from tests.faults.chance import PATIENCE
from tests.faults.cuts import disturb, hall_of, threads_for
from tests.faults.ground import new_conversation
from tests.faults.programs import site

STREAMS = 2_000
ROUNDS = 10


@pytest.mark.storm
def test_f11_p24_streams_cut(app: Flask, ground: Stack, tmp_path: Path) -> None:
    """On each database; each page shows a conversation of its own."""
    chance, ids, late = Random(110), [new_conversation() for _ in range(STREAMS)], 0.0
    with (
        site(threads_for(ground, STREAMS).environment, tmp_path, workers=0) as running,
        hall_of(app, running, ids) as (hall, _cookie, _port),
    ):
        for _ in range(ROUNDS):
            late = max(late, disturb(running, hall, ids, chance, PATIENCE))
    losses = sum(screen.losses for screen in hall.screens)
    print(f"\nF11 {ground.name}: {STREAMS} pages, {losses} losses, the slowest true again after {late:.1f} s")
