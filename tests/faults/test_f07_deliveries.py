"""F7: every event is delivered again and again, by several processes at once, and after a restart."""

from tests.conftest import Stack
from tests.faults.deliveries import once


def test_p12_one_set_of_effects(ground: Stack) -> None:
    once(ground, count=200, times=5, processes=8)
