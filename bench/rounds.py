"""Rounds of ours and a reference in turn: what else the machine does falls on both."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Medians:
    ours: float
    reference: float

    @property
    def ratio(self) -> float:
        return self.ours / self.reference


def in_turn(ours: Callable[[int], float], reference: Callable[[int], float], rounds: int) -> Medians:
    """The medians of that many rounds, after one that warms both up; each is given the number of its round."""
    figures = [(ours(number), reference(number)) for number in range(rounds + 1)][1:]
    return Medians(median(first for first, _ in figures), median(second for _, second in figures))


def per_second(work: Callable[[], object], times: int) -> float:
    """How often a second `work` is done, measured over that many times."""
    began = time.perf_counter()
    for _ in range(times):
        work()
    return times / (time.perf_counter() - began)


def cpu_milliseconds(work: Callable[[], object], times: int) -> float:
    """The processor time of this process for one `work`, over that many times."""
    began = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - began) / times * 1000
