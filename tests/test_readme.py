"""What the README tells people to type, typed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.app_server import App

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PICTURE_BYTES = 100_000


def pictures_named(text: Path) -> set[Path]:
    """Every picture that a document shows, by its place."""
    shown = re.findall(r"!\[[^\]]+\]\(([^)]+)\)|<img src=\"([^\"]+)\"[^>]* alt=\"[^\"]", text.read_text())
    return {(text.parent / (first or second)).resolve() for first, second in shown}


def test_every_picture_that_is_shown_is_there_and_every_one_there_is_shown() -> None:
    named = set[Path]().union(*map(pictures_named, [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]))
    assert named == set(PICTURES.iterdir())
    assert len(named) == 12


@pytest.mark.parametrize(("name", "language"), [("README.md", "en"), ("README.fa.md", "fa")])
def test_each_readme_shows_its_own_language(name: str, language: str) -> None:
    assert {picture.stem.rpartition("-")[2] for picture in pictures_named(ROOT / name)} == {language}


def test_pictures_are_small() -> None:
    assert [picture.name for picture in PICTURES.iterdir() if picture.stat().st_size >= PICTURE_BYTES] == []


def api_script(name: str, address: str) -> str:
    """The commands of the section on the API, on another address."""
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / name).read_text(), re.DOTALL)
    (script,) = [block for block in blocks if "FIKO=" in block]
    return re.sub(r"^FIKO=.*$", f"FIKO={address}", script, flags=re.MULTILINE)


@pytest.mark.skipif(shutil.which("curl") is None, reason="this machine lacks curl: the README's examples")
@pytest.mark.parametrize("name", ["README.md", "README.fa.md"])
def test_the_readme_redirects_a_conversation(name: str) -> None:
    with App() as app:
        command = ["sh", "-eu", "-c", api_script(name, app.url)]
        done = subprocess.run(
            command, cwd=ROOT, env=app.environment, check=True, capture_output=True, text=True, timeout=60
        )
        assert '"support_active"' in done.stdout
        lines = "\n".join(app.log_lines())
        assert "[Redirect to technical]" in lines
        assert "[Redirect to AI]" in lines
