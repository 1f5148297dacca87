"""What the README tells people to type, typed."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.app_server import App

ROOT = Path(__file__).resolve().parent.parent


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
