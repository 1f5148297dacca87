"""The real program as its users run it: a process of its own, driven from outside."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, Self

from tests.services import free_port

PROGRAM = Path(sys.executable).with_name("fikoadmin")
READY_SECONDS = 30.0
STOP_SECONDS = 15.0
ANSWER_SECONDS = 30.0


@dataclass(frozen=True)
class Answer:
    """An HTTP answer; `json` is None where the body is not JSON, `headers` ignore letter case."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body) if "json" in self.headers.get_content_type() else None

    @property
    def text(self) -> str:
        return self.body.decode()


class App:
    """One installation of Fiko Admin in a temporary folder, started on creation.

    `settings` are FIKO_* variables (and PORT); database, secret key and log file default to the folder.
    Ends with `close()` or with its `with` block.
    """

    def __init__(self, settings: Mapping[str, str] | None = None, *options: str) -> None:
        self.place = tempfile.TemporaryDirectory(prefix="fiko-app-")
        self.folder = Path(self.place.name)
        self.options = options
        self.environment = self.defaults() | dict(settings or {})
        self.process: subprocess.Popen[bytes] | None = None
        self.given_token: str | None = None
        try:
            self.start()
        except BaseException:
            self.place.cleanup()
            raise

    def defaults(self) -> dict[str, str]:
        # Nothing of the developer's environment except what it takes to run a program at all.
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return kept | {
            "LANG": "C.UTF-8",
            "PORT": str(free_port()),
            "FIKO_DATABASE_URL": f"sqlite:///{self.folder / 'fiko.db'}",
            "FIKO_LOG_FILE": str(self.log_file),
            "FIKO_SECRET_KEY": "tests-only-" + "0123456789abcdef" * 4,
        }

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.environment['PORT']}"

    @property
    def log_file(self) -> Path:
        return self.folder / "workflow.log"

    @property
    def output(self) -> str:
        """What the program printed, since the first start."""
        return self.output_file.read_text()

    @property
    def output_file(self) -> Path:
        return self.folder / "output.txt"

    def start(self) -> None:
        """Start on the same port and data as before; return when /readyz says 200."""
        with self.output_file.open("ab") as output:
            self.process = subprocess.Popen(
                [str(PROGRAM), "run", *self.options],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        assert self.process is not None
        deadline = time.monotonic() + READY_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the app did not start:\n{self.output[-8000:]}")
            time.sleep(0.05)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError, http.client.HTTPException):
            return self.request("GET", "/readyz").status == 200
        return False

    def request(
        self,
        method: str,
        path: str,
        body: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own, redirects not followed; `path` from the root."""
        return ask(int(self.environment["PORT"]), method, path, body, headers)

    def api(self, method: str, path: str, json: Any = None, headers: Mapping[str, str] | None = None) -> Answer:
        """One API call with the app's token; `path` below /api/v1: `app.api("GET", "/conversations")`."""
        sent = {"Authorization": f"Bearer {self.token()}"}
        if json is not None:
            sent["Content-Type"] = "application/json"
        return self.request(method, f"/api/v1{path}", as_json(json), sent | dict(headers or {}))

    def token(self) -> str:
        """An API token with full rights, the same one each time."""
        if self.given_token is None:
            created = self.command("token", "create", "tests")
            assert created.returncode == 0, created.stderr
            self.given_token = created.stdout.splitlines()[-1]
        return self.given_token

    def command(self, *arguments: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
        """`fikoadmin ARGUMENTS` with the app's settings; the exit status is the caller's to judge."""
        return subprocess.run(
            [str(PROGRAM), *arguments],
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def log_lines(self) -> list[str]:
        """The lines of the log file so far; none while there is no file."""
        return self.log_file.read_text().splitlines() if self.log_file.exists() else []

    def stop(self) -> None:
        """SIGTERM, as a supervisor sends it: every process is gone within a bound."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end the app:\n{self.output[-8000:]}") from None
        assert not self.has_processes(), "the app left processes behind"

    def has_processes(self) -> bool:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, 0)
        except ProcessLookupError:
            return False
        return True

    def kill(self) -> None:
        """SIGKILL to every process of the app at once."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_SECONDS)

    def close(self) -> None:
        self.kill()
        self.place.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def ask(
    port: int,
    method: str,
    path: str,
    body: str | bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """One request to this machine's port. Raises OSError and HTTPException."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)) as connection:
        sent = body.encode() if isinstance(body, str) else body
        connection.request(method, path, sent, dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


def as_json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)
