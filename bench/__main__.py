"""`python -m bench [--profile FILE]`: measures, checks every answer, prints one table. Slow is no failure."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from bench import y1, y2, y3, y4, y11, y12
from bench.ground import prepared
from bench.table import table


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Fiko Admin beside references.")
    parser.add_argument("--profile", type=Path, metavar="FILE", help="write where the time of Y1 goes, and end")
    asked = parser.parse_args()
    began = time.monotonic()
    with prepared() as ground:
        if asked.profile:
            y1.profile(asked.profile)
            return
        lines = [
            y1.measure(ground),
            *y2.measure(),
            y3.measure(ground),
            y4.measure(ground),
            y12.measure(),
            y11.measure(),
        ]
    print(table(lines))
    print(f"\nIn {time.monotonic() - began:.0f} s. Only ratios can be compared: the machine is shared.")


if __name__ == "__main__":
    main()
