"""A pass of the reconciler sets every key right and undoes nothing."""

from collections.abc import Callable

import pytest
import redis
from flask import Flask

from fikoadmin import mirror
from fikoadmin.clock import now
from fikoadmin.extensions import transaction
from fikoadmin.mirror import Mirror, keys, reconciler
from fikoadmin.models.actors import SYSTEM
from tests.mirror.reading import LIE, held
from tests.small_app import conversation_at, eventually, new_conversation, redirect


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
