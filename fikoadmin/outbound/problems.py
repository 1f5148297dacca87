"""Why a call to another server did not succeed."""

from __future__ import annotations


class OutboundError(Exception):
    """The call failed.

    `reason` is for an operator's eyes: it names hosts and addresses, never a path, a header or a body.
    `temporary` says whether the same call may succeed later; `retry_after` is in seconds, where the
    other side named a time.
    """

    def __init__(self, reason: str, temporary: bool, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.temporary = temporary
        self.retry_after = retry_after


class NotAllowed(OutboundError):
    """The address may not be called from here; no connection was made."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, temporary=False)


class Cancelled(Exception):
    """The caller no longer wants the answer; the connection has been closed."""
