"""F7: every event is delivered again and again, by several processes at once, and after a restart."""

from dataclasses import replace

from tests.conftest import Stack
from tests.faults import deliveries
from tests.faults.deliveries import deal, deliver, expected, once_each, refused, rows, some_events
from tests.faults.ground import live_workflow, opened


def once(ground: Stack, count: int, times: int, processes: int) -> None:
    """That many events, each delivered so many times, leave one set of rows."""
    with opened(ground.environment):
        for document in deliveries.workflows():
            live_workflow(document)
        what = some_events(count)
    once_each(what, deliver(ground.environment, deal(what, times, processes)))
    again = deliver(ground.environment, deal(what, 1, 2))
    once_each(what, again, first=0)
    with opened(ground.environment):
        assert rows() == expected(what)
        other = [replace(incoming, data={**incoming.data, "content": "something else"}) for _, incoming in what]
        assert all(refused(incoming) for incoming in other)
        assert rows() == expected(what)


def test_p12_one_set_of_effects(ground: Stack) -> None:
    once(ground, count=200, times=5, processes=8)
