"""E-mail sent to a mail server of this machine, whatever its name, and how it is refused."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fikoadmin.outbound import Mail, OutboundError
from tests.fakes.smtp_server import Received, SMTPServer

NAMED = "hooks.example.org"


def here(host: str, port: int) -> Sequence[str]:
    """Every name is this machine."""
    return ("127.0.0.1",)


def send(
    url: str,
    *to: str,
    subject: str = "An order",
    text: str = "It has arrived.",
    message_id: str = "<step-7@fiko.example.org>",
    timeout: float = 10.0,
) -> None:
    Mail(url, here).send(to or ("sara@example.org",), subject, text, message_id=message_id, timeout=timeout)


def refusal(url: str, *to: str, timeout: float = 10.0) -> tuple[str, bool]:
    with pytest.raises(OutboundError) as caught:
        send(url, *to, timeout=timeout)
    return caught.value.reason, caught.value.temporary


def only(server: SMTPServer) -> Received:
    (received,) = server.received
    return received
