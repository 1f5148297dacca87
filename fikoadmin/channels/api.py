"""The channel `api`: other programs read the messages, or have them posted to a URL of the installation, signed."""

from __future__ import annotations

import json
import time

from flask import current_app

from ..extensions import db
from ..models.settings import Settings
from ..outbound import IDEMPOTENCY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, Outbound, sign
from .outgoing import Outgoing

TIMEOUT_SECONDS = 10.0
# Only the status counts; the rest of the answer is not read.
LONGEST_ANSWER = 4096


def send(outgoing: Outgoing) -> None:
    """Posts the message where the installation sets a URL; otherwise it lies ready for GET …/messages.

    Raises OutboundError.
    """
    settings = Settings.load()
    db.session.rollback()  # no transaction stays open while another server thinks
    if url := settings["channel_api_url"]:
        _post(url, settings["channel_api_secret"], outgoing)


def _post(url: str, secret: str, outgoing: Outgoing) -> None:
    body = json.dumps(outgoing.document, ensure_ascii=False).encode("utf-8", "surrogatepass")
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        TIMESTAMP_HEADER: str(timestamp),
        SIGNATURE_HEADER: sign(secret, timestamp, body),
        IDEMPOTENCY_HEADER: outgoing.key,
    }
    outbound: Outbound = current_app.extensions["outbound"]
    answer = outbound.request("POST", url, body, headers, timeout=TIMEOUT_SECONDS, max_response_bytes=LONGEST_ANSWER)
    answer.expect_success()
