"""HTTP and e-mail out: the only door through which this program calls other servers.

Addresses that operators write are checked after resolution and pinned, redirects are not followed, and every
call has one deadline for all of it. One call is one attempt: trying again later is a job row's business, so that a
restart neither loses nor doubles a retry.
"""

from __future__ import annotations

from .client import Incoming, Outbound, Response
from .mail import Mail
from .problems import Cancelled, NotAllowed, OutboundError
from .signing import IDEMPOTENCY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign

__all__ = [
    "IDEMPOTENCY_HEADER",
    "SIGNATURE_HEADER",
    "TIMESTAMP_HEADER",
    "Cancelled",
    "Incoming",
    "Mail",
    "NotAllowed",
    "Outbound",
    "OutboundError",
    "Response",
    "sign",
]
