"""Redis killed, frozen, read-only or not configured: redirects go on and the mirror follows."""

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from fikoadmin import mirror
from fikoadmin.extensions import transaction
from fikoadmin.mirror import Mirror, Unreachable, keys
from fikoadmin.models.actors import SYSTEM
from fikoadmin.models.facts import MirrorDue
from fikoadmin.redis_client import BACKGROUND_SECONDS
from tests import services
from tests.mirror.reading import LIE, held, let_be_asked_again, log_of
from tests.small_app import conversation_at, eventually, new_conversation, redirect, small_app


@pytest.fixture
def reconciling(own: Mirror) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=own.run_reconciler, args=(stop,))
    thread.start()
    yield
    stop.set()
    thread.join()


@pytest.mark.parametrize(
    ("away", "back", "reason"),
    [
        (services.Redis.kill, services.Redis.start, "ConnectionError"),
        (services.Redis.freeze, services.Redis.thaw, "TimeoutError"),
        (services.Redis.refuse_writes, services.Redis.accept_writes, "ResponseError"),
    ],
)
def test_p05_without_redis_redirects_go_on_and_the_mirror_follows(
    app: Flask,
    server: services.Redis,
    keys_in: redis.Redis,
    away: Callable[[services.Redis], None],
    back: Callable[[services.Redis], None],
    reason: str,
    reconciling: None,
) -> None:
    one = new_conversation()
    eventually(lambda: held(keys_in, one))
    away(server)
    try:
        for destination in ("support", "sales", "support"):
            redirect(one, destination)
        warning = f"[WARNING] Failed to set AI control cache: {reason}\n"
        eventually(lambda: log_of(app).count(warning) == 3)  # one per redirect, though Redis was asked once
    finally:
        back(server)
    eventually(lambda: held(keys_in, one) == {"ai_enabled": False, "epoch": 4})
    assert log_of(app).count("Failed to set AI control cache") == 3


def test_p05_a_lie_does_not_stand(app: Flask, keys_in: redis.Redis, reconciling: None) -> None:
    one = new_conversation()
    redirect(one, "support")
    keys_in.set(keys.key(one), LIE)
    eventually(lambda: held(keys_in, one) == {"ai_enabled": False, "epoch": 2})


def test_the_mirror_can_be_read(app: Flask, own: Mirror, server: services.Redis, keys_in: redis.Redis) -> None:
    one = new_conversation()
    eventually(lambda: own.read(one) == {"ai_enabled": True, "epoch": 1})
    keys_in.set(keys.key(one), "nonsense")
    assert own.read(one) == {}
    keys_in.flushdb()
    assert own.read(one) is None
    server.kill()
    try:
        with pytest.raises(Unreachable, match="ConnectionError"):
            own.read(one)
        with pytest.raises(Unreachable, match="ConnectionError"):  # left alone
            own.read(one)
        with pytest.raises(Unreachable):
            own.reconcile()
    finally:
        server.start()
    let_be_asked_again()
    assert own.read(one) is None


def test_it_can_be_told_whether_the_mirror_is_in_step(
    app: Flask, own: Mirror, server: services.Redis, keys_in: redis.Redis
) -> None:
    conversation = redirect(new_conversation(), "sales")
    eventually(lambda: own.in_step(conversation))
    keys_in.set(keys.key(conversation.id), LIE)
    assert own.in_step(conversation) is False
    keys_in.flushdb()
    assert own.in_step(conversation) is False
    with transaction():
        conversation_at(conversation.id).close(SYSTEM)
    keys_in.flushdb()
    assert own.in_step(conversation) is True
    server.kill()
    try:
        assert own.in_step(conversation) is None
    finally:
        server.start()


def test_a_process_writes_after_a_fork_too(app: Flask, own: Mirror, keys_in: redis.Redis) -> None:
    """gunicorn forks: neither the writing thread nor a connection of the parent's may be waited for."""
    own.follow([MirrorDue("parent", True, 1, "")])
    eventually(lambda: held(keys_in, "parent"))
    child = os.fork()
    if not child:
        status = 1
        try:
            own.follow([MirrorDue("child", True, 1, "")])
            status = 0
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    own.follow([MirrorDue("parent", True, 2, "")])
    eventually(lambda: held(keys_in, "child") and held(keys_in, "parent") == {"ai_enabled": True, "epoch": 2})


def test_without_redis_there_is_no_mirror(tmp_path: Path) -> None:
    with small_app(tmp_path) as app:
        conversation = redirect(new_conversation(), "sales")
        none = app.extensions["mirror"]
        assert none.in_step(conversation) is None
        assert none.reconcile() == mirror.Counts()
        none.run_reconciler(threading.Event())
        with pytest.raises(Unreachable, match="no Redis is configured"):
            none.read(conversation.id)


@pytest.mark.parametrize("seconds", [0.01, 0.3, 0.8, 1.2, 1.5])
def test_p05_a_wrong_key_is_met_within_five_seconds(seconds: float) -> None:
    """Worst case: it became wrong just after a pass had been past it."""
    assert mirror.pause_after(seconds) + 2 * seconds <= 5
    assert BACKGROUND_SECONDS <= 1
