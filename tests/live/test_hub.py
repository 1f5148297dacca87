"""A hub passes on what changed to who asked for it, and a slow reader misses only repetitions."""

import threading

from fikoadmin.live.hub import AT_ONCE, EVERYTHING, Hub
from tests.small_app import eventually


def test_only_what_was_asked_for_is_heard() -> None:
    hub = Hub()
    one, other = hub.subscribe(["conversation:a", "settings"]), hub.subscribe(["conversation:b"])
    hub.deliver({"conversation:a": 3, "conversations": None})
    assert one.wait(20) == {"conversation:a": 3}
    assert other.wait(0) == {}


def test_a_slow_reader_finds_each_topic_once_with_its_last_epoch() -> None:
    hub = Hub()
    slow = hub.subscribe(["conversation:a", "settings"])
    for epoch in (*range(1, 1000), 500, None):
        hub.deliver({"conversation:a": epoch})
    hub.deliver({"settings": None})
    eventually(lambda: "settings" in slow._changed)
    assert slow.wait(0) == {"conversation:a": 999, "settings": None}
    assert slow.wait(0) == {}


def test_everything_is_for_everybody() -> None:
    hub = Hub()
    subscription = hub.subscribe(["conversation:a"])
    hub.deliver({EVERYTHING: None})
    assert subscription.wait(20) == {EVERYTHING: None}


def test_a_waiting_reader_is_woken() -> None:
    hub = Hub()
    subscription = hub.subscribe(["jobs"])
    found: list[dict[str, int | None]] = []
    reader = threading.Thread(target=lambda: found.append(subscription.wait(60)))
    reader.start()
    hub.deliver({"jobs": None})
    reader.join()
    assert found == [{"jobs": None}]


def test_the_end_wakes_all_and_lets_nobody_wait_again() -> None:
    hub = Hub()
    subscription = hub.subscribe(["jobs"])
    reader = threading.Thread(target=subscription.wait, args=(3600,))
    reader.start()
    hub.end()
    reader.join()
    late = hub.subscribe(["jobs"])
    for ended in (subscription, late):
        assert ended.ended
        assert ended.wait(3600) == {}
        ended.rest(3600)


def test_who_left_is_forgotten() -> None:
    hub = Hub()
    one, other = hub.subscribe(["jobs"]), hub.subscribe(["jobs"])
    one.close()
    hub.deliver({"jobs": None})
    assert other.wait(20) == {"jobs": None}
    assert one.wait(0) == {}
    other.close()
    assert hub._by_topic == {}


def test_nothing_is_lost_between_many_writers_and_a_reader() -> None:
    hub = Hub()
    topics = [f"conversation:{number}" for number in range(8)]
    subscription = hub.subscribe(topics)
    last: dict[str, int | None] = {}

    def write(topic: str) -> None:
        for epoch in range(1, 301):
            hub.deliver({topic: epoch})

    writers = [threading.Thread(target=write, args=(topic,)) for topic in topics]
    for writer in writers:
        writer.start()
    while last != dict.fromkeys(topics, 300):
        changed = subscription.wait(20)
        assert changed
        last.update(changed)
    for writer in writers:
        writer.join()


def test_a_crowd_is_woken_to_the_last() -> None:
    hub = Hub()
    crowd = [hub.subscribe(["conversations"]) for _ in range(2 * AT_ONCE + 1)]
    hub.deliver({"conversations": None})
    assert all(subscription.wait(20) for subscription in crowd)
    hub.end()
    assert all(subscription.ended for subscription in crowd)
