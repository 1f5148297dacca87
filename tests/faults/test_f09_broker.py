"""F9, P16: a broker that is emptied and killed costs time and nothing else. There is one with PostgreSQL only."""

from pathlib import Path

from tests.conftest import NewStack
from tests.faults.broker import DELAYS, lose, web_and_two_workers


def test_f09_p16_a_broker_that_is_emptied_and_killed(new_stack: NewStack, tmp_path: Path) -> None:
    with web_and_two_workers(new_stack, tmp_path) as (stack, workers):
        lose(stack, DELAYS, hurry=True)
        assert len(workers.shares()) == 2
