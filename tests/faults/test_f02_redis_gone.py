"""F2: Redis is killed, frozen, emptied or refuses writes under 16 clients.

A page's wait for Redis is counted in its client's time-outs, because what a test may not look at is a clock.
"""

from __future__ import annotations

import pytest
from flask import Flask

from fikoadmin import redis_client
from tests.conftest import Stack
from tests.faults.ground import opened
from tests.faults.redis_outages import Clients, outage, outages

LOUD = ("down", "frozen")
"""What a client notices as a time-out or a refused connection."""


def test_p05_redirects_and_pages_go_on(app: Flask, ground: Stack) -> None:
    """3 outages of each kind, two of them on PostgreSQL."""
    seen = outages(app, ground, Clients(app), rounds=1 if ground.name == "sqlite" else 2)
    assert all(any(one.waits) for state in LOUD for one in seen[state]), "nobody noticed"


@pytest.mark.parametrize("ground", ["sqlite"], indirect=True)
def test_p05_with_a_patient_client(ground: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """A client that waits a second for an answer, as one does that nobody has told otherwise."""
    monkeypatch.setattr(redis_client.client, "__defaults__", (1.0,))
    with opened(ground.environment) as app, pytest.raises(AssertionError, match="a page could wait"):
        outage(app, ground, Clients(app), "frozen", 0)
