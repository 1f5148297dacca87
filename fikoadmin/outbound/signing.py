"""How a receiver knows that a post came from this installation, and that it has seen it before."""

from __future__ import annotations

import hmac

TIMESTAMP_HEADER = "X-Fiko-Timestamp"
SIGNATURE_HEADER = "X-Fiko-Signature"
IDEMPOTENCY_HEADER = "Idempotency-Key"


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256, in hexadecimal, of the Unix timestamp, a full stop and the body.

    The timestamp is signed along with the body so that a recorded post cannot be sent again as a new one.
    """
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hexdigest()
