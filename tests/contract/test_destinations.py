"""Where a conversation can be redirected: one list, in its order."""

from tests.contract.client import Client
from tests.contract.destinations import DESTINATIONS


def test_the_destinations_in_their_order(fiko: Client) -> None:
    expected = [{"value": value, "label": label} for value, label in DESTINATIONS]
    assert fiko.get("/redirect-destinations") == expected
