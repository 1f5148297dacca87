"""The mirror in Redis, against a real Redis that is up, down, frozen, emptied and lying (P5)."""

import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from flask import Flask

from fikoadmin import mirror
from fikoadmin.clock import now
from fikoadmin.extensions import transaction
from fikoadmin.mirror import Mirror, Unreachable, keys, reconciler
from fikoadmin.models.actors import SYSTEM
from fikoadmin.models.facts import MirrorDue
from fikoadmin.redis_client import BACKGROUND_SECONDS, LEFT_ALONE_SECONDS, client
from tests import services
from tests.conftest import STACKS, require
from tests.small_app import conversation_at, eventually, new_conversation, redirect, small_app

LIE = '{"ai_enabled": true, "epoch": 1000000000}'


@pytest.fixture(scope="module")
def server() -> Iterator[services.Redis]:
    """A Redis of this module's own: it is stopped, frozen and emptied."""
    require("redis-server")
    with services.Redis() as redis_server:
        yield redis_server


@pytest.fixture(scope="module")
def tables(postgres: services.Postgres, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with tables, to copy: making them takes a second."""
    url = postgres.new_database()
    with small_app(tmp_path_factory.mktemp("tables"), url):
        return url


@pytest.fixture(params=STACKS)
def app(request: pytest.FixtureRequest, tmp_path: Path, server: services.Redis) -> Iterator[Flask]:
    if request.param == "sqlite":
        with small_app(tmp_path, redis_url=server.new_database()) as app:
            yield app
        return
    postgres: services.Postgres = request.getfixturevalue("postgres")
    url = postgres.new_database(request.getfixturevalue("tables"))
    with small_app(tmp_path, url, server.new_database()) as app:
        yield app
    postgres.drop_database(url)


@pytest.fixture
def keys_in(app: Flask) -> Iterator[redis.Redis]:
    """The test's own eyes and hands in Redis."""
    with client(app.extensions["config"].redis_url, 10) as store:
        yield store


@pytest.fixture
def own(app: Flask) -> Mirror:
    found: Mirror = app.extensions["mirror"]
    return found


def log_of(app: Flask) -> str:
    found: Path = app.extensions["config"].log_file
    return found.read_text() if found.exists() else ""


def held(store: redis.Redis, conversation_id: str) -> object:
    """What the key says; what cannot be read is returned as it is."""
    text = store.get(keys.key(conversation_id))
    try:
        return text and json.loads(text)
    except (ValueError, RecursionError):
        return text


def let_be_asked_again() -> None:
    time.sleep(LEFT_ALONE_SECONDS + 0.05)


def test_p05_a_redirect_is_in_redis_when_it_is_answered(app: Flask, keys_in: redis.Redis) -> None:
    one = new_conversation()
    redirect(one, "sales")
    eventually(lambda: held(keys_in, one) == {"ai_enabled": False, "epoch": 2})
    assert 86_000 < int(keys_in.ttl(keys.key(one))) <= 86_400
    line = f'[INFO] ai_control_{one} set: {{"ai_enabled": false, "epoch": 2}} (expires in 86400 s)\n'
    assert log_of(app).count(line) == 1


def test_a_prompt_is_in_the_key_and_never_in_the_log(app: Flask, keys_in: redis.Redis) -> None:
    one = new_conversation()
    with transaction():
        conversation = conversation_at(one)
        conversation.set_prompt('speak "softly"\nسلام')
        conversation.silence_ai(SYSTEM)
    expected = {"ai_enabled": False, "epoch": 2, "custom_prompt": 'speak "softly"\nسلام'}
    eventually(lambda: held(keys_in, one) == expected)
    assert "softly" not in log_of(app)


def test_several_changes_of_one_commit_are_one_write(app: Flask, keys_in: redis.Redis) -> None:
    one = new_conversation()
    with transaction():
        redirect(one, "sales")
        redirect(one, "billing")
        redirect(one, "ai")
    eventually(lambda: held(keys_in, one) == {"ai_enabled": True, "epoch": 4})
    assert log_of(app).count(f"ai_control_{one} set") == 2  # and that of its beginning


def test_p11_already_refreshes_the_key_without_a_line(app: Flask, keys_in: redis.Redis) -> None:
    one = new_conversation()
    eventually(lambda: held(keys_in, one))
    keys_in.flushdb()
    before = log_of(app)
    redirect(one, "ai")
    eventually(lambda: held(keys_in, one) == {"ai_enabled": True, "epoch": 1})
    assert log_of(app) == before


def test_a_roll_back_leaves_the_key_alone(app: Flask, keys_in: redis.Redis) -> None:
    one = new_conversation()
    with pytest.raises(ZeroDivisionError), transaction():
        redirect(one, "sales").epoch //= 0
    assert held(keys_in, one) == {"ai_enabled": True, "epoch": 1}


def test_p05_an_older_epoch_never_overwrites_a_newer_one(app: Flask, own: Mirror, keys_in: redis.Redis) -> None:
    """Eight threads, each epoch written once, in no order, with jitter between them."""
    epochs = random.Random(5).sample(range(1, 161), 160)

    def write(mine: list[int]) -> None:
        for epoch in mine:
            time.sleep(random.random() / 500)
            own.follow([MirrorDue("abc", epoch % 2 == 0, epoch, "")])

    threads = [threading.Thread(target=write, args=(epochs[i::8],)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    eventually(lambda: held(keys_in, "abc") == {"ai_enabled": True, "epoch": 160})
    own.follow([MirrorDue("abc", False, 159, ""), MirrorDue("other", True, 1, "")])
    eventually(lambda: held(keys_in, "other"))
    assert held(keys_in, "abc") == {"ai_enabled": True, "epoch": 160}


def test_p05_what_cannot_be_read_is_overwritten(app: Flask, own: Mirror, keys_in: redis.Redis) -> None:
    nonsense = ["", "nonsense", "[]", "7", '{"epoch": "9"}', '{"epoch": null}', "\xff{", "[" * 9999]
    for index, text in enumerate(nonsense):
        keys_in.set(keys.key(str(index)), text.encode("latin-1"))
    ids = [str(index) for index in range(len(nonsense))]
    own.follow([MirrorDue(one, False, 2, "") for one in ids])
    eventually(lambda: all(held(keys_in, one) == {"ai_enabled": False, "epoch": 2} for one in ids))


def test_p05_a_key_of_another_type_is_overwritten(app: Flask, own: Mirror, keys_in: redis.Redis) -> None:
    one = new_conversation()
    for set_right in (lambda: redirect(one, "sales"), own.reconcile):
        keys_in.delete(keys.key(one))
        keys_in.rpush(keys.key(one), "a list")
        set_right()
        eventually(lambda: keys_in.type(keys.key(one)) == b"string")
        assert held(keys_in, one) == {"ai_enabled": False, "epoch": 2}


# -- repair ------------------------------------------------------------------------------------------------------


def flush(store: redis.Redis, _key: str) -> None:
    store.flushdb()


def expire(store: redis.Redis, key: str) -> None:
    store.pexpire(key, 1)
    eventually(lambda: not store.exists(key))


def corrupt(store: redis.Redis, key: str) -> None:
    store.set(key, '{"ai_enabled": tr')


def lie(store: redis.Redis, key: str) -> None:
    store.set(key, LIE)


def forget(store: redis.Redis, key: str) -> None:
    store.set(key, '{"ai_enabled": true, "epoch": 1}')


@pytest.mark.parametrize("fault", [flush, expire, corrupt, lie, forget])
def test_p05_a_pass_sets_every_key_right(
    app: Flask, own: Mirror, keys_in: redis.Redis, fault: Callable[[redis.Redis, str], None]
) -> None:
    one, other = new_conversation(), new_conversation()
    redirect(one, "support")
    fault(keys_in, keys.key(one))
    counts = own.reconcile()
    assert counts.missing + counts.wrong >= 1
    assert held(keys_in, one) == {"ai_enabled": False, "epoch": 2}
    assert held(keys_in, other) == {"ai_enabled": True, "epoch": 1}
    assert own.reconcile() == mirror.Counts(looked=2)


def test_p05_the_database_writes_a_value_as_the_writer_does(app: Flask, own: Mirror, keys_in: redis.Redis) -> None:
    """Otherwise each pass would take every key for wrong."""
    for destination, prompt in (("ai", ""), ("sales", ""), ("ai", "be brief\n{}"), ("sales", "؟ 'x'")):
        one = new_conversation()
        redirect(one, destination)
        with transaction():
            conversation_at(one).set_prompt(prompt)
    own.reconcile()
    assert own.reconcile() == mirror.Counts(looked=4)
    keys_in.flushdb()
    assert own.reconcile().looked == 4
    assert own.reconcile() == mirror.Counts(looked=4)


def test_p05_a_pass_misses_nobody_at_the_seams(app: Flask, own: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches that begin and end among conversations changed at the same moment."""
    moment = now()
    monkeypatch.setattr(reconciler, "BATCH", 2)
    for index in range(9):
        one = new_conversation()
        with transaction():
            conversation = conversation_at(one)
            if index % 2:
                conversation.silence_ai(SYSTEM)
            conversation.updated_at = moment
    assert own.reconcile().looked == 9
    monkeypatch.setattr(reconciler, "AT_MOST", 4)
    assert own.reconcile().looked == 4


def test_p05_those_changed_last_are_set_right_first(
    app: Flask, own: Mirror, keys_in: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [new_conversation() for _ in range(6)]
    for one in (ids[4], ids[1]):
        redirect(one, "sales")
    keys_in.flushdb()
    monkeypatch.setattr(reconciler, "BATCH", 1)
    monkeypatch.setattr(reconciler, "AT_MOST", 3)
    own.reconcile()
    assert [one for one in ids if held(keys_in, one)] == [ids[1], ids[4], ids[5]]


def test_p05_a_commit_between_row_and_key_is_not_undone(
    app: Flask, own: Mirror, keys_in: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pass has read an older row than the key says, before it compares and again before it writes."""
    one = new_conversation()
    own.reconcile()
    read_rows = reconciler._values

    def read_and_be_overtaken(ids: list[str]) -> list[tuple[str, str]]:
        rows = read_rows(ids)
        redirect(one, "billing")
        eventually(lambda: held(keys_in, one) == {"ai_enabled": False, "epoch": 3})
        return rows

    monkeypatch.setattr(reconciler, "_values", read_and_be_overtaken)
    (batch,) = own._reconciler._batches()
    redirect(one, "sales")
    eventually(lambda: held(keys_in, one) == {"ai_enabled": False, "epoch": 2})
    assert own._reconciler._compare(batch, refresh=False).wrong == 0
    assert held(keys_in, one) == {"ai_enabled": False, "epoch": 3}


def test_keys_of_open_conversations_live_on(app: Flask, own: Mirror, keys_in: redis.Redis) -> None:
    one = new_conversation()
    eventually(lambda: held(keys_in, one))
    keys_in.expire(keys.key(one), 100)
    own.reconcile()
    assert int(keys_in.ttl(keys.key(one))) > 86_000


def test_a_closed_conversation_keeps_no_key_alive_but_never_a_lie(
    app: Flask, own: Mirror, keys_in: redis.Redis
) -> None:
    one = new_conversation()
    with transaction():
        conversation_at(one).close(SYSTEM)
    keys_in.expire(keys.key(one), 100)
    own.reconcile()
    assert int(keys_in.ttl(keys.key(one))) <= 100
    keys_in.set(keys.key(one), LIE)
    own.reconcile()
    assert held(keys_in, one) == {"ai_enabled": False, "epoch": 2}
    keys_in.flushdb()
    assert own.reconcile() == mirror.Counts(looked=1)


# -- Redis away --------------------------------------------------------------------------------------------------


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
