"""E-mail out, to a real mail server on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fakes.server import CERTIFICATE
from tests.fakes.smtp_server import SMTPServer


@pytest.fixture(scope="module")
def shared() -> Iterator[SMTPServer]:
    """A server for tests that leave no fault behind."""
    with SMTPServer() as server:
        yield server


@pytest.fixture
def server() -> Iterator[SMTPServer]:
    with SMTPServer() as server:
        yield server


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
