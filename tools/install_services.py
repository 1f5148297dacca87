"""Install the servers and the browser that tests need and this machine lacks, without starting any.

Used by `make test` under CI=true or FIKO_INSTALL_SERVICES=1. A failure is reported, not fatal: the
tests name at their end what they could not run.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.services import missing

POLICY = Path("/usr/sbin/policy-rc.d")
NOT_NOW = "#!/bin/sh\nexit 101\n"


@contextmanager
def services_stay_down() -> Iterator[None]:
    """Forbid packages to start their services; afterwards the machine's own rule stands again."""
    before = (POLICY.read_bytes(), POLICY.stat().st_mode) if POLICY.exists() else None
    try:
        POLICY.write_text(NOT_NOW)
        POLICY.chmod(0o755)
        yield
    finally:
        if before is None:
            POLICY.unlink(missing_ok=True)
        else:
            POLICY.write_bytes(before[0])
            POLICY.chmod(before[1])


def apt_get(*arguments: str) -> None:
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "-qq", *arguments], env=environment, stdin=subprocess.DEVNULL, check=True)


def install(packages: list[str]) -> None:
    print(f"Installing {', '.join(packages)} (nothing is started)", flush=True)
    with services_stay_down():
        apt_get("update")
        apt_get("install", "--yes", "--no-install-recommends", *packages)


def main() -> None:
    packages = list(missing())
    try:
        if packages:
            install(packages)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"Could not install {', '.join(packages)}: {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
