"""F5: 32 clients redirect one conversation at the same time."""

from flask import Flask

from tests.conftest import Stack
from tests.faults.bursts import burst


def test_p01_p05_row_history_and_mirror_agree(app: Flask, ground: Stack) -> None:
    """50 bursts, half of them on each database."""
    burst(app, ground, bursts=25, seed=5)
