"""Calls to a receiver on this machine, and how they are refused."""

from __future__ import annotations

import pytest

from fikoadmin.outbound import Outbound, OutboundError, Response

LOOPBACK = ("127.0.0.1",)


def post(outbound: Outbound, url: str, timeout: float = 10.0, limit: int = 1000) -> Response:
    return outbound.request("POST", url, b"{}", {}, timeout=timeout, max_response_bytes=limit)


def refusal(outbound: Outbound, url: str, timeout: float = 10.0) -> OutboundError:
    with pytest.raises(OutboundError) as caught:
        post(outbound, url, timeout).expect_success()
    return caught.value
