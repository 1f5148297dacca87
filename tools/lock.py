"""Resolve setup.cfg once and pin what came out in requirements/*.txt: `make lock`."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILES = {"run": ".", "prod": ".[prod]", "dev": ".[prod,dev]"}
# setuptools builds the project itself; a new environment no longer brings it.
ALWAYS = ["setuptools"]
# What no Python on the locking machine asks for, but another supported one does (redis, Debian 12's 3.11.2).
ELSEWHERE = {"async-timeout": 'python_full_version < "3.11.3"'}
HEADER = "# Written by `make lock` from setup.cfg. Change that, not this.\n"


def resolve(requirements: list[str], constraints: Path | None = None) -> dict[str, str]:
    """Name -> version of everything that pip would install; nothing is installed."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    pinned = ["--constraint", str(constraints)] if constraints else []
    result = subprocess.run(
        [*command, "--report=-", *pinned, *requirements], cwd=ROOT, check=True, stdout=subprocess.PIPE
    )
    found = (item["metadata"] for item in json.loads(result.stdout)["install"])
    return {item["name"]: item["version"] for item in found if item["name"] != "fikoadmin"}


def line(name: str, version: str) -> str:
    marker = ELSEWHERE.get(name)
    return f"{name}=={version} ; {marker}\n" if marker else f"{name}=={version}\n"


def write(path: Path, versions: dict[str, str]) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(HEADER + "".join(line(*item) for item in sorted(versions.items(), key=by_name)))


def by_name(item: tuple[str, str]) -> str:
    return item[0].lower()


def main() -> None:
    # All together first, so that the three files never disagree; the smaller ones are cut out of that.
    together = ROOT / "requirements" / "dev.txt"
    write(together, resolve([FILES["dev"], *ALWAYS, *ELSEWHERE]))
    for name, project in FILES.items():
        write(together.with_name(f"{name}.txt"), resolve([project, *ALWAYS, *ELSEWHERE], together))


if __name__ == "__main__":
    main()
