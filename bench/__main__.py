"""`python -m bench [events|pages|growth|live]`: measures, checks every answer, prints one table. Slow is no failure."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bench import growth, y1, y2, y3, y4, y5, y6, y7, y8, y11, y12, y13
from bench.ground import Ground, prepared
from bench.reader import Reader
from bench.table import Line, table

PARTS = ("events", "pages", "growth", "live")
ROWS = 200_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Fiko Admin beside references.")
    parser.add_argument("part", nargs="?", choices=PARTS, default="events", help="what to measure")
    parser.add_argument("--rows", type=int, default=ROWS, help="how many conversations `growth` grows to")
    parser.add_argument("--streams", type=int, default=y7.STREAMS, help="how many streams `live` opens")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="write where the time of Y1 goes, and end")
    asked = parser.parse_args()
    began = time.monotonic()
    with prepared() as ground:
        if asked.profile:
            y1.profile(asked.profile)
            return
        lines = _measured(ground, asked)
    print(table(lines))
    print(f"\nIn {time.monotonic() - began:.0f} s. Only ratios can be compared: the machine is shared.")


def _measured(ground: Ground, asked: argparse.Namespace) -> list[Line]:
    if asked.part == "pages":
        return [*y6.measure(Reader(ground.app)), *y8.measure()]
    if asked.part == "growth":
        reader = Reader(ground.app)
        return [*y13.measure(ground.app, reader), *growth.measure(reader, asked.rows)]
    if asked.part == "live":
        return [*y7.measure(ground, asked.streams)]
    return [
        *(y1.measure(ground), *y2.measure(), y3.measure(ground), y4.measure(ground)),
        *(*y5.measure(ground), y12.measure(), y11.measure()),
    ]


if __name__ == "__main__":
    main()
