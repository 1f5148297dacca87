"""The AI flag in Redis, for other programs to read: right within seconds, whatever happens to it."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from tests.contract.client import Client, wait_until
from tests.contract.documents import by_hand, control, set_status

pytestmark = pytest.mark.parametrize("fiko", ["postgres"], indirect=True)

# The promise is five seconds; the machines that run this are shared and noisy.
REPAIR_SECONDS = 15.0
LIFE = 86_400


@pytest.fixture
def mirror(fiko: Client) -> Iterator[redis.Redis]:
    url = fiko.app.environment["FIKO_REDIS_URL"]
    with redis.Redis.from_url(url, decode_responses=True) as client:
        yield client


def key(conversation: str) -> str:
    return f"ai_control_{conversation}"


def read(mirror: redis.Redis, conversation: str) -> dict[str, Any]:
    """The key's value, empty where there is none."""
    found: dict[str, Any] = json.loads(str(mirror.get(key(conversation)) or "{}"))
    return found


def is_right(fiko: Client, mirror: redis.Redis, conversation: str) -> bool:
    """Whether the key is a text that says what the row says; a lie may be anything at all."""
    if mirror.type(key(conversation)) != "string":
        return False
    state = fiko.state(conversation)
    try:
        found = read(mirror, conversation)
    except ValueError:
        return False
    return isinstance(found, dict) and (found.get("ai_enabled"), found.get("epoch")) == (state.ai_enabled, state.epoch)


def becomes_right(fiko: Client, mirror: redis.Redis, conversation: str) -> None:
    wait_until(lambda: is_right(fiko, mirror, conversation), REPAIR_SECONDS)


def test_the_key_says_who_may_speak(fiko: Client, mirror: redis.Redis) -> None:
    conversation = fiko.at("sales")
    becomes_right(fiko, mirror, conversation)
    found = read(mirror, conversation)
    assert (found["ai_enabled"], found["epoch"]) == (False, 2)
    assert "custom_prompt" not in found
    life = mirror.ttl(key(conversation))
    assert isinstance(life, int)
    assert LIFE - 6400 < life <= LIFE


VERBS: dict[str, Callable[[Client, str], object]] = {
    "redirect": lambda fiko, c: fiko.redirect(c, "billing"),
    "to the ai": lambda fiko, c: [fiko.redirect(c, to) for to in ("sales", "ai")],
    "command": lambda fiko, c: fiko.command("conversation", "redirect", c, "general"),
    "reply": lambda fiko, c: fiko.reply(c),
    "disable": lambda fiko, c: fiko.run(by_hand(control("disable")), c),
    "enable": lambda fiko, c: [fiko.run(by_hand(control(verb)), c) for verb in ("disable", "enable")],
    "close": lambda fiko, c: fiko.run(by_hand(set_status("closed")), c),
    "campaign": lambda fiko, c: fiko.run(by_hand(set_status("marketing_active")), c),
    "reopen": lambda fiko, c: [fiko.run(by_hand(set_status("closed")), c), fiko.say(c, "hello")],
}


@pytest.mark.parametrize("verb", VERBS)
def test_p05_every_change_of_owner_is_mirrored(fiko: Client, mirror: redis.Redis, verb: str) -> None:
    conversation = fiko.conversation()
    becomes_right(fiko, mirror, conversation)
    VERBS[verb](fiko, conversation)
    assert fiko.state(conversation).epoch > 1
    becomes_right(fiko, mirror, conversation)


def test_a_custom_prompt_is_mirrored(fiko: Client, mirror: redis.Redis) -> None:
    conversation = fiko.conversation()
    fiko.run(by_hand(control("custom_prompt", ai_custom_prompt="Be brief")), conversation)
    wait_until(lambda: read(mirror, conversation).get("custom_prompt") == "Be brief", REPAIR_SECONDS)


LIES = {
    "huge epoch": '{"ai_enabled": true, "epoch": 1000000000}',
    "endless epoch": '{"ai_enabled": true, "epoch": ' + "9" * 60 + "}",
    "lost epoch": '{"ai_enabled": true}',
    "wrong types": '{"ai_enabled": "yes", "epoch": "many"}',
    "not json": "{",
    "no object": "[1]",
    "empty": "",
}


@pytest.mark.parametrize("lie", LIES)
def test_p05_a_lie_is_repaired_and_changes_nothing(fiko: Client, mirror: redis.Redis, lie: str) -> None:
    conversation = fiko.at("support")
    mirror.set(key(conversation), LIES[lie])
    assert fiko.say(conversation, "hello")["ai_reply"] == "none"
    becomes_right(fiko, mirror, conversation)
    fiko.settle()
    assert fiko.messages(conversation, "AI") == []


def test_p05_a_key_of_another_kind_is_repaired(fiko: Client, mirror: redis.Redis) -> None:
    conversation = fiko.at("support")
    mirror.delete(key(conversation))
    mirror.rpush(key(conversation), "x")
    becomes_right(fiko, mirror, conversation)


def test_p05_emptied_redis_is_filled_again(fiko: Client, mirror: redis.Redis) -> None:
    conversations = [fiko.conversation(), fiko.at("sales"), fiko.at("support")]
    mirror.flushdb()
    assert fiko.say(conversations[2], "hello")["ai_reply"] == "none"
    for conversation in conversations:
        becomes_right(fiko, mirror, conversation)


def test_a_key_that_would_expire_is_refreshed(fiko: Client, mirror: redis.Redis) -> None:
    conversation = fiko.at("sales")
    becomes_right(fiko, mirror, conversation)
    mirror.delete(key(conversation))
    becomes_right(fiko, mirror, conversation)
    life = mirror.ttl(key(conversation))
    assert isinstance(life, int)
    assert LIFE - 6400 < life <= LIFE


def test_p11_redirected_to_where_it_is_the_mirror_is_refreshed(fiko: Client, mirror: redis.Redis) -> None:
    conversation = fiko.at("sales")
    mirror.delete(key(conversation))
    fiko.redirect(conversation, "sales")
    becomes_right(fiko, mirror, conversation)


def test_p05_an_older_epoch_never_overwrites_a_newer_one(fiko: Client, mirror: redis.Redis) -> None:
    conversation, seen, done = fiko.conversation(), [0], threading.Event()

    def watch() -> None:
        while not done.is_set():
            seen.append(read(mirror, conversation).get("epoch", seen[-1]))

    watcher = threading.Thread(target=watch)
    watcher.start()
    for turn in range(30):
        fiko.redirect(conversation, ("sales", "ai", "support")[turn % 3])
    becomes_right(fiko, mirror, conversation)
    done.set()
    watcher.join()
    assert seen == sorted(seen)


def test_the_commands_see_and_mend_the_mirror(fiko: Client, mirror: redis.Redis) -> None:
    conversation = fiko.at("sales")
    mirror.delete(key(conversation))
    fiko.command("ai-control", "sync")
    becomes_right(fiko, mirror, conversation)
    assert json.loads(fiko.command("ai-control", "status")) is not None
