"""The log file: one line per fact, in the contract's words; `grep` finds what happened."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.contract.client import Client, State, run_command, wait_until
from tests.contract.documents import (
    action,
    by_hand,
    control,
    redirect,
    row,
    send,
    set_status,
    tag,
    unique,
    when,
)

TIME = r"(?P<time>\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d)(?:[,.]\d+)?(?:Z|[+-]\d\d:?\d\d)?"
LINE = re.compile(rf"{TIME} \[(?P<level>[A-Z]+)\] (?P<text>\S.*)")


def told(fiko: Client, name: str) -> list[str]:
    """Level and text of the lines that name a conversation, without those of the mirror."""
    found = [LINE.fullmatch(line) for line in fiko.app.log_lines() if name in line]
    lines = [f"[{line['level']}] {line['text']}" for line in found if line]
    assert len(lines) == len(found)
    return [line for line in lines if "ai_control_" not in line]


def lines_after(fiko: Client, conversation: str, before: int) -> list[str]:
    """The lines about a conversation that are new, once there is one."""
    return wait_until(lambda: told(fiko, conversation)[before:])


@pytest.mark.parametrize("by", ["api", "workflow", "command"])
@pytest.mark.parametrize("destination", ["ai", "support", "sales", "technical", "billing", "general"])
def test_a_redirect_is_one_line(fiko: Client, destination: str, by: str) -> None:
    conversation = fiko.at("sales" if destination != "sales" else "billing")
    before = len(lines_after(fiko, conversation, 0))
    if by == "command":
        fiko.command("conversation", "redirect", conversation, destination)
    elif by == "workflow":
        fiko.run(by_hand(redirect(destination)), conversation)
    else:
        fiko.redirect(conversation, destination)
    ai, people = "AI enabled, status -> active", "AI disabled, status -> support_active"
    name, change = ("AI", ai) if destination == "ai" else (destination, people)
    assert lines_after(fiko, conversation, before) == [
        f"[INFO] [Redirect to {name}] Conversation {conversation}: {change}"
    ]


@pytest.mark.parametrize("status", ["closed", "marketing_active"])
def test_other_changes_of_owner(fiko: Client, status: str) -> None:
    conversation = fiko.at("technical")
    before = len(lines_after(fiko, conversation, 0))
    fiko.run(by_hand(set_status(status)), conversation)
    (line,) = lines_after(fiko, conversation, before)
    assert line == f"[INFO] [Ownership] Conversation {conversation}: AI disabled, status -> {status}"


@pytest.mark.parametrize(
    ("doing", "name"),
    [(action("transfer_to_human"), "support"), (set_status("support_active"), "support")],
    ids=["transfer_to_human", "set_conversation_status"],
)
def test_what_counts_as_a_redirect_is_logged_as_one(fiko: Client, doing: dict[str, str], name: str) -> None:
    conversation = fiko.conversation()
    before = len(told(fiko, conversation))
    fiko.run(by_hand(doing), conversation)
    (line,) = lines_after(fiko, conversation, before)
    fact = f"Conversation {conversation}: AI disabled, status -> support_active"
    assert line == f"[INFO] [Redirect to {name}] {fact}"


def test_a_take_over_is_logged(fiko: Client) -> None:
    conversation = fiko.conversation()
    before = len(told(fiko, conversation))
    fiko.reply(conversation)
    (line,) = lines_after(fiko, conversation, before)
    # Not by the redirect, so a change of owner; a reader may take it for one to support.
    fact = f"Conversation {conversation}: AI disabled, status -> support_active"
    assert line in (f"[INFO] [Ownership] {fact}", f"[INFO] [Redirect to support] {fact}")


def test_a_customer_who_reopens_is_logged(fiko: Client) -> None:
    conversation = fiko.conversation()
    fiko.run(by_hand(set_status("closed")), conversation)
    before = len(lines_after(fiko, conversation, 0))
    fiko.say(conversation, "hello")
    line = lines_after(fiko, conversation, before)[0]
    fact = f"Conversation {conversation}: AI enabled, status -> active"
    assert line in (f"[INFO] [Ownership] {fact}", f"[INFO] [Redirect to AI] {fact}")


@pytest.mark.parametrize("destination", ["ai", "sales"])
def test_p11_already_there_is_no_line(fiko: Client, destination: str) -> None:
    conversation = fiko.at(destination)
    before = told(fiko, conversation)
    for _ in range(3):
        fiko.redirect(conversation, destination)
    fiko.settle()
    assert told(fiko, conversation) == before


def test_no_customers_words_no_prompt_no_secret(fiko: Client) -> None:
    secret, keyword = unique("secret"), unique("key")
    prompt = control("custom_prompt", ai_custom_prompt=f"{secret} prompt")
    context = action("update_ai_context", ai_context_data={"plan": secret})
    doings = [prompt, context, send(f"{secret} message"), tag("seen"), redirect("sales"), control("enable")]
    fiko.live(row(when(keyword), *doings))
    conversation = fiko.conversation(last_name=secret)
    fiko.say(conversation, f"{keyword} {secret}")
    fiko.reply(conversation, secret)
    fiko.redirect(conversation, "ai")
    fiko.settle()
    log = "\n".join(fiko.app.log_lines())
    assert conversation in log
    assert secret not in log
    assert fiko.app.token() not in log


def test_every_line_has_time_and_level(fiko: Client) -> None:
    fiko.at("sales")
    assert [line for line in fiko.app.log_lines() if not LINE.fullmatch(line)] == []


@pytest.mark.parametrize("zone", ["Asia/Tehran", "America/St_Johns"])
def test_time_is_local(fiko: Client, tmp_path: Path, zone: str) -> None:
    conversation, file = fiko.conversation(), tmp_path / "workflow.log"
    own = fiko.app.environment | {"FIKO_TIMEZONE": zone, "FIKO_LOG_FILE": str(file)}
    assert run_command(own, "conversation", "redirect", conversation, "sales").returncode == 0
    found = LINE.fullmatch(next(line for line in file.read_text().splitlines() if "[Redirect" in line))
    assert found
    written = datetime.fromisoformat(found["time"]).replace(tzinfo=ZoneInfo(zone))
    # The zones are half an hour off every full hour, so any other zone is far from now.
    assert abs((datetime.now(UTC) - written).total_seconds()) < 20 * 60


@pytest.mark.parametrize("fiko", ["postgres"], indirect=True)
def test_the_mirror_is_logged(fiko: Client) -> None:
    conversation = fiko.at("billing")
    line = f'ai_control_{conversation} set: {{"ai_enabled": false, "epoch": 2}} (expires in 86400 s)'
    wait_until(lambda: [found for found in fiko.app.log_lines() if found.endswith(f" [INFO] {line}")])


WARNING = "[WARNING] Failed to set AI control cache: ConnectionError"


def warnings(fiko: Client) -> int:
    return sum(line.endswith(f" {WARNING}") for line in fiko.app.log_lines())


def test_p05_without_redis_a_redirect_succeeds_and_warns_once(redis_down: Client) -> None:
    conversation = redis_down.conversation()
    before, destinations = warnings(redis_down), ("sales", "billing", "ai", "general")
    for destination in destinations:
        redis_down.redirect(conversation, destination)
    wait_until(lambda: warnings(redis_down) >= before + len(destinations))
    assert warnings(redis_down) == before + len(destinations)
    assert redis_down.state(conversation) == State("support_active", False, "general", 5)


def test_without_redis_configured_there_is_nothing_to_warn_of(fiko: Client) -> None:
    fiko.at("sales")
    assert not [line for line in fiko.app.log_lines() if "Failed to set AI control cache" in line]


def test_the_log_is_where_the_setting_says(fiko: Client) -> None:
    assert Path(fiko.app.environment["FIKO_LOG_FILE"]).read_text().splitlines() == fiko.app.log_lines()
