"""Y9 and Y10: what costs the same among very many rows as among 1,000."""

from __future__ import annotations

from collections.abc import Iterator

from bench import y9, y10
from bench.crowd import Crowd
from bench.reader import Reader
from bench.table import Line

GOAL = 1.3
FEW = 1_000


def measure(reader: Reader, many: int) -> Iterator[Line]:
    """First with few conversations and executions, then with many."""
    crowd = Crowd()
    crowd.grow(FEW)
    few = y9.costs(reader) | y10.costs()
    crowd.grow(many)
    for name, ours in (y9.costs(reader) | y10.costs()).items():
        ratio = ours / few[name]
        yield Line(
            f"{name}, {many:,} against {FEW:,}", f"{ours:.2f}", f"{few[name]:.2f}",
            f"{ratio:.2f}", f"at most {GOAL:g}", ratio <= GOAL,
        )  # fmt: skip
