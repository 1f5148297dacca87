"""F9 at full size."""

from pathlib import Path

import pytest

from tests.conftest import NewStack
from tests.faults.broker import DELAYS, lose, web_and_two_workers

ROUNDS = 20


@pytest.mark.storm
def test_f09_p16_a_broker_that_is_emptied_and_killed(new_stack: NewStack, tmp_path: Path) -> None:
    with web_and_two_workers(new_stack, tmp_path) as (stack, workers):
        for number in range(ROUNDS):
            lose(stack, (number + 1) * DELAYS, hurry=False)
        assert len(workers.shares()) == 2
