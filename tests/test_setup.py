"""The files that set a machine up say what they should."""

import re
import subprocess
from pathlib import Path

from tools.compile_translations import is_stale, sources

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^[A-Za-z0-9._-]+==[A-Za-z0-9._+!-]+( ; .+)?$")


def pins(name: str) -> set[str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {line for line in text.splitlines() if not line.startswith("#")}


def test_every_version_is_pinned_and_the_files_agree() -> None:
    assert [line for line in sorted(pins("dev")) if not PIN.match(line)] == []
    assert pins("run") < pins("prod") < pins("dev")


def test_compiled_catalogues_say_what_their_sources_say() -> None:
    assert [source for source in sources() if is_stale(source)] == []


def test_a_machine_without_python_is_told_so_in_one_line(tmp_path: Path) -> None:
    found = subprocess.run(
        [ROOT / "tools" / "find-python"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 1
    assert found.stderr.startswith("Python 3.11 or newer is missing")
    assert found.stderr.count("\n") == 1
