"""The command line: what it prints, and its exit status (0 done, 1 refused, 2 wrong usage or setting)."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.client import Client, State, facts, run_command
from tests.contract.documents import by_hand, redirect, sample, tag, unique

Command = Callable[..., subprocess.CompletedProcess[str]]


def without_clock(exported: Any) -> Any:
    exported["export_metadata"].pop("exported_at", None)
    return exported


@pytest.fixture
def alone(tmp_path: Path, fiko: Client) -> Command:
    """Commands on a SQLite database of the test's own, with no server; `settings` change the environment."""
    kept = {name: value for name, value in fiko.app.environment.items() if name in ("PATH", "HOME", "LANG")}
    own = {"FIKO_DATABASE_URL": f"sqlite:///{tmp_path / 'own.db'}", "FIKO_SECRET_KEY": "0123456789abcdef" * 4}
    own["FIKO_LOG_FILE"] = str(tmp_path / "own.log")

    def command(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        chosen = kept | own | settings
        return run_command({name: value for name, value in chosen.items() if value != "unset"}, *arguments)

    return command


def test_a_token_is_alone_on_the_last_line_and_works(fiko: Client) -> None:
    token = fiko.command("token", "create", unique("token")).splitlines()[-1]
    assert token == token.strip()
    assert " " not in token
    headers = {"Authorization": f"Bearer {token}"}
    assert fiko.app.request("GET", "/api/v1/conversations", headers=headers).status == 200


def test_a_conversation_is_shown_as_the_api_shows_it(fiko: Client) -> None:
    conversation = fiko.at("sales")
    shown = json.loads(fiko.command("conversation", "show", conversation))
    assert facts(shown) == facts(fiko.show(conversation))


@pytest.mark.parametrize("destination", ["support", "sales", "technical", "billing", "general"])
def test_a_redirect_by_command(fiko: Client, destination: str) -> None:
    conversation = fiko.conversation()
    fiko.command("conversation", "redirect", conversation, destination)
    assert fiko.state(conversation) == State("support_active", False, destination, 2)


def test_a_workflow_goes_in_and_out(fiko: Client, tmp_path: Path) -> None:
    file = tmp_path / "workflow.json"
    file.write_text(json.dumps(sample("fa_1_welcome_new_user"), ensure_ascii=False), encoding="utf-8")
    workflow = fiko.command("workflow", "import", str(file)).splitlines()[-1]
    assert fiko.get(f"/workflows/{workflow}")["status"] == "DRAFT"
    exported = json.loads(fiko.command("workflow", "export", workflow))
    assert without_clock(exported) == without_clock(fiko.export(workflow))


def test_p26_a_file_that_cannot_be_imported_names_the_place(fiko: Client, tmp_path: Path) -> None:
    name, file = unique("Broken"), tmp_path / "broken.json"
    broken = by_hand(tag("a"), tag("b"), redirect("marketing"), name=name)
    file.write_text(json.dumps({"name": "", "workflow_data": broken}))
    done = fiko.app.command("workflow", "import", str(file))
    assert done.returncode == 1
    assert "nodes[3].redirect_destination: 'marketing' is not a destination" in done.stderr
    assert name not in [workflow["name"] for workflow in fiko.everything("/workflows")]


@pytest.mark.parametrize("content", [b"{not json", b"", b"\xff\xfe", b"[]", b"7"])
def test_p29_a_file_that_is_no_document(fiko: Client, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "broken.json"
    file.write_bytes(content)
    done = fiko.app.command("workflow", "import", str(file))
    assert done.returncode == 1
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        *(["conversation", "show", "nobody"], ["conversation", "redirect", "nobody", "ai"]),
        *(["conversation", "show", "x" * 5000], ["conversation", "show", "سلام"]),
        *(
            ["workflow", "export", "nobody"],
            ["workflow", "export", "\udcff"],
            ["workflow", "export", "9" * 50],
        ),
    ],
)
def test_what_is_not_there_is_refused(fiko: Client, arguments: list[str]) -> None:
    done = fiko.app.command(*arguments)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_an_unknown_destination_is_refused(fiko: Client) -> None:
    conversation = fiko.conversation()
    done = fiko.app.command("conversation", "redirect", conversation, "marketing")
    # A refusal, or wrong usage of a command that knows its choices.
    assert done.returncode in (1, 2)
    assert "marketing" in done.stderr
    assert fiko.state(conversation).epoch == 1


@pytest.mark.parametrize("arguments", [["nonsense"], ["conversation", "show"]])
def test_wrong_usage(alone: Command, arguments: list[str]) -> None:
    done = alone(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["workflow", "import", "/no/file"],
        ["setting", "no such setting", "x"],
        ["setting", "ai_switch", "perhaps"],
    ],
)
def test_wrong_arguments(fiko: Client, arguments: list[str]) -> None:
    done = fiko.app.command(*arguments)
    # The contract leaves open whether this is a refusal or wrong usage.
    assert done.returncode in (1, 2)
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_help(alone: Command) -> None:
    assert alone("--help").stdout.strip()


def test_the_state_of_the_mirror_is_json_alone(fiko: Client) -> None:
    fiko.at("sales")
    done = fiko.app.command("ai-control", "status")
    assert isinstance(json.loads(done.stdout), dict | list)
    assert done.returncode in ((0, 1) if "FIKO_REDIS_URL" not in fiko.app.environment else (0,))


def test_the_database_goes_up_down_and_up(alone: Command) -> None:
    assert alone("db", "upgrade").returncode == 0
    head = alone("db", "current")
    assert alone("db", "upgrade").returncode == 0
    assert alone("db", "current").stdout == head.stdout != ""
    assert alone("db", "downgrade").returncode == 0
    assert alone("db", "current").stdout != head.stdout
    assert alone("db", "upgrade").returncode == 0
    assert alone("db", "current").stdout == head.stdout


def test_p30_a_downgrade_and_upgrade_keep_the_schema_usable(alone: Command) -> None:
    for arguments in (["upgrade"], ["downgrade"], ["upgrade"]):
        assert alone("db", *arguments).returncode == 0
    assert alone("token", "create", "after").returncode == 0


# A wrong value for each variable of the process.
WRONG = [
    ("FIKO_DATABASE_URL", "nonsense"),
    ("FIKO_DATABASE_URL", "mysql://localhost/fiko"),
    ("FIKO_REDIS_URL", "nonsense"),
    ("FIKO_REDIS_URL", "http://localhost"),
    ("FIKO_TIMEZONE", "Mars/Olympus"),
    ("FIKO_TIMEZONE", "../etc/passwd"),
    ("FIKO_LOCALE", "xx"),
    ("FIKO_LOG_FILE", "/dev/null/workflow.log"),
    ("FIKO_AI_BASE_URL", "not a url"),
    ("FIKO_SMTP_URL", "not a url"),
    ("FIKO_TRUSTED_PROXIES", "some"),
]


@pytest.mark.parametrize("arguments", [["run"], ["db", "current"]], ids=" ".join)
@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_one_line_that_names_it(alone: Command, name: str, value: str, arguments: list[str]) -> None:
    done = alone(*arguments, **{name: value})
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.strip().splitlines()
    assert name in line


@pytest.mark.parametrize("key", ["unset", ""])
def test_the_secret_key_is_required_where_it_must_be_shared(alone: Command, key: str) -> None:
    shared = {
        "FIKO_DATABASE_URL": "postgresql://fiko@127.0.0.1:1/fiko",
        "FIKO_REDIS_URL": "redis://127.0.0.1:1/0",
    }
    done = alone("run", **shared, FIKO_SECRET_KEY=key)
    assert done.returncode == 2
    (line,) = done.stderr.strip().splitlines()
    assert "FIKO_SECRET_KEY" in line
