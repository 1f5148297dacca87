"""The command line: what is not said from outside by the tests of the contract."""

import io
import json
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from fikoadmin import cli
from fikoadmin.cli import base, demo_data, serving
from fikoadmin.config import ConfigError, kept_secret
from fikoadmin.extensions import db
from fikoadmin.models.accounts import ApiToken, Operator
from fikoadmin.models.audit import AuditEntry
from fikoadmin.services import accounts
from tests.app_server import PROGRAM, App
from tests.jobs.work import wait_until

Done = tuple[int, str, str]
Command = Callable[..., Done]


@pytest.fixture
def command(app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a command in this process on the test's app; its exit status, output and errors."""
    monkeypatch.setattr(base, "create_app", lambda: app)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["fikoadmin", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        output = capsys.readouterr()
        return int(ended.value.code or 0), output.out, output.err

    return run


@pytest.fixture
def demo_password(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo's password is kept, in a folder of the test's own."""
    monkeypatch.setattr(demo_data, "kept_secret", lambda path, length: kept_secret(tmp_path / path.name, length))
    return tmp_path / "demo-password"


@pytest.mark.parametrize(
    "line",
    [
        *("--nonsense", "db nonsense", "ai-control nonsense", "user nonsense", "conversation nonsense", "token create"),
        *("conversation redirect x", "conversation show x y", "workflow import", "workflow export"),
    ],
)
def test_wrong_usage(command: Command, line: str) -> None:
    status, out, err = command(*line.split())
    assert (status, out) == (2, "")
    assert err.startswith("fikoadmin: ")


@pytest.mark.parametrize(
    "line",
    [
        *("user", "user create", "token", "token create", "workflow", "conversation", "ai-control", "setting", "db"),
        *("run", "worker", "demo"),
    ],
)
def test_help(command: Command, line: str) -> None:
    status, out, _ = command(*line.split(), "--help")
    assert status == 0
    assert out.startswith(f"Usage: fikoadmin {line}")


def test_an_operator_is_made_with_a_password_that_is_shown_once(app: Flask, command: Command) -> None:
    status, out, err = command("user", "create", "--email", "Ann@example.com", "--name", "Ann", "--role", "viewer")
    password = err.removeprefix("Password: ").strip()
    with app.app_context():
        operator = accounts.sign_in("ann@example.com", password)
    assert operator
    assert (status, out, operator.role, operator.department) == (0, f"{operator.id}\n", "viewer", "support")


def test_a_password_may_come_from_outside(app: Flask, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a long enough word\n"))
    status, _out, err = command("user", "create", "--email", "a@b.co", "--name", "Ann", "--password-stdin")
    with app.app_context():
        assert accounts.sign_in("a@b.co", "a long enough word")
    assert (status, err) == (0, "")


@pytest.mark.parametrize(("email", "name", "field"), [("nonsense", "Ann", "email"), ("a@b.co", " ", "name")])
def test_p29_an_operator_is_refused_with_the_field_and_the_reason(
    command: Command, email: str, name: str, field: str
) -> None:
    status, out, err = command("user", "create", "--email", email, "--name", name)
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert err.startswith(f"fikoadmin: {field}: ")


def test_a_token_ends_when_it_was_asked_to(app: Flask, command: Command) -> None:
    _status, out, _err = command("token", "create", "nightly", "--scope", "read", "--days", "3")
    with app.app_context():
        token = ApiToken.by_text(out.strip())
    assert token
    assert token.expires_at
    assert (token.scope, round((token.expires_at - token.created_at) / timedelta(days=1))) == ("read", 3)


def test_p25_a_command_acts_for_whoever_typed_it(app: Flask, command: Command) -> None:
    command("setting", "business_name", "Fiko")
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.actor_kind, entry.actor_label) == ("command", base.actor().label)


def test_settings_are_shown_without_secrets(command: Command) -> None:
    command("setting", "channel_api_secret", "a secret")
    command("setting", "ai_switch", "off")
    assert command("setting", "ai_switch") == (0, "off\n", "")
    listed = command("setting")[1].splitlines()
    assert "ai_switch = off" in listed
    assert "channel_api_secret = (set)" in listed


def test_a_setting_that_is_none_is_named(command: Command) -> None:
    status, out, err = command("setting", "ai_swich")
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "'ai_swich' is not a setting" in err


def test_warnings_of_an_import_are_not_in_the_way_of_its_id(command: Command) -> None:
    file = Path(__file__).parent / "fixtures/samples/en_2_redirect_to_human_support.json"
    first, again = command("workflow", "import", str(file)), command("workflow", "import", str(file))
    assert (first[0], again[0]) == (0, 0)
    assert "imported before" in again[2]
    assert json.loads(command("workflow", "export", again[1].splitlines()[-1])[1])["nodes"]


def test_without_redis_there_is_no_mirror_to_set_right(command: Command) -> None:
    assert json.loads(command("ai-control", "status")[1])["configured"] is False
    assert command("ai-control", "sync")[0] == 1


def test_a_database_that_is_not_there_is_one_line(tmp_path: Path, command: Command, app: Flask) -> None:
    command("db", "downgrade", "base")
    status, out, err = command("token", "create", "test")
    assert (status, out, len(err.splitlines())) == (1, "", 1)
    assert "no such table" in err


def test_the_demo_has_an_administrator_whose_password_is_kept(
    app: Flask, command: Command, demo_password: Path
) -> None:
    first, again = command("demo"), command("demo")
    password = demo_password.read_text().strip()
    assert first == again == (0, f"Sign in with demo@fiko.local\nPassword     {password}\n", "")
    assert demo_password.stat().st_mode & 0o777 == 0o600
    with app.app_context():
        operator = accounts.sign_in("demo@fiko.local", password)
        assert operator
        assert operator.may("administrator")


def test_another_password_replaces_the_demo_password(
    app: Flask, command: Command, demo_password: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command("demo")
    monkeypatch.setenv("FIKO_DEMO_PASSWORD", "another password")
    assert command("demo")[1].endswith("another password\n")
    with app.app_context():
        assert accounts.sign_in("demo@fiko.local", "another password")
        assert db.session.query(Operator).count() == 1


def test_a_demo_password_that_is_too_short_is_a_wrong_setting(
    command: Command, demo_password: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIKO_DEMO_PASSWORD", "short")
    status, out, err = command("demo")
    assert (status, out) == (2, "")
    assert err.startswith("fikoadmin: FIKO_DEMO_PASSWORD: ")


@pytest.mark.parametrize("text", ["0", "-1", "65536", "80a", "٨٠٠٠", " ", "9" * 500])
def test_a_wrong_port_is_named(text: str) -> None:
    with pytest.raises(ConfigError, match="^PORT: "):
        serving.port({"PORT": text})


def test_the_port_has_a_default() -> None:
    assert (serving.port({}), serving.port({"PORT": ""}), serving.port({"PORT": "1"})) == (8000, 8000, 1)


def test_a_busy_port_is_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        number = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"^PORT: {number} is in use"):
            serving.check_free(number)


@contextmanager
def working(environment: dict[str, str]) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen([str(PROGRAM), "worker"], env=environment, stderr=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


def leader(app: App) -> str:
    with closing(sqlite3.connect(app.folder / "fiko.db", timeout=10)) as database:
        return str(database.execute("SELECT holder FROM leases").fetchone())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_server_and_a_worker_beside_it_end_when_told(number: signal.Signals) -> None:
    with App() as app, working(app.environment) as worker:
        assert worker.stderr
        app.stop()
        wait_until(lambda: f":{worker.pid}:" in leader(app))
        worker.send_signal(number)
        assert (worker.wait(30), worker.stderr.read()) == (0, "")
        assert "Traceback" not in app.output
