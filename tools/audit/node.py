"""The scanners that run on Node, installed by `make audit` from package-lock.json into build/audit/."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryFile

FOLDER = Path(__file__).resolve().parents[2] / "build" / "audit"


class Silent(Exception):
    """A scanner missed its canary, or did not run: nothing that it says counts."""


def run(scanner: str, *arguments: str, **environment: str) -> str:
    """What the scanner prints, whatever it finds. Raises Silent where it prints nothing."""
    command = ["node", str(FOLDER / "node_modules" / ".bin" / scanner), *arguments]
    with TemporaryFile("w+") as output:  # into a pipe Node writes less than all of it when it ends
        done = subprocess.run(
            command, stdout=output, stderr=subprocess.PIPE, text=True, check=False, env=os.environ | environment
        )
        output.seek(0)
        printed = output.read()
    if not printed.strip():
        raise Silent(f"{scanner} did not run: {done.stderr.strip()[-2000:]}")
    return printed
