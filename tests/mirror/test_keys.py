"""A change of owner is in its key when it is answered, and an older one never replaces it."""

import random
import threading
import time

import pytest
import redis
from flask import Flask

from fikoadmin.extensions import transaction
from fikoadmin.mirror import Mirror, keys
from fikoadmin.models.actors import SYSTEM
from fikoadmin.models.facts import MirrorDue
from tests.mirror.reading import held, log_of
from tests.small_app import conversation_at, eventually, new_conversation, redirect


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
