"""Actions whose effect leaves the process: the request is written down here, and made by a job."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..models import jobs, waits
from ..words import N_
from . import kinds
from .context import Context
from .outcomes import Outcome, Suspended, failed

Node = Mapping[str, Any]

NO_RECIPIENT = N_("the customer has no e-mail address")
TOO_LONG = N_("the request is too long")
LONGEST_REQUEST = 256 * 1024
WITH_BODY = ("POST", "PUT", "PATCH")
MASK = "***"
# What a name like these holds opens a door somewhere: no page shows it.
_SECRET_NAME = re.compile(r"auth|token|secret|password|passwd|cookie|api[-_]?key|signature", re.IGNORECASE)


def webhook(node: Node, context: Context) -> Outcome | Suspended:
    """Calls another system; its answer decides which connection is taken."""
    method = node.get("webhook_method") or "POST"
    payload = context.fill_data(node.get("webhook_payload") or {})
    body = json.dumps(payload, ensure_ascii=False) if method in WITH_BODY or payload else None
    if body is not None and len(body) > LONGEST_REQUEST:
        return failed(TOO_LONG)
    # What a customer wrote stays a part of the address: it cannot become another host or another field.
    url = context.fill((node.get("webhook_url") or "").strip(), written=lambda value: quote(value, safe=""))
    headers = {name: str(value) for name, value in context.fill_data(node.get("webhook_headers") or {}).items()}
    request = {"call": "webhook", "method": method, "url": url, "headers": headers, "body": body}
    shows = {"method": method, "url": without_secrets(url), "headers": masked(headers)}
    return Suspended(waits.JOB, jobs.MAKE_CALL, request, shows=shows)


def send_email(node: Node, context: Context) -> Outcome | Suspended:
    """Sends an e-mail, to the customer where the node names nobody."""
    to = context.fill(kinds.email_part(node, "to")) or (context.customer.email if context.customer else "")
    if not to.strip():
        return failed(NO_RECIPIENT)
    letter = {
        "to": [address.strip() for address in to.split(",")],
        "subject": " ".join(context.fill(kinds.email_part(node, "subject")).split()),
        "text": context.fill(kinds.email_part(node, "text")),
    }
    return Suspended(waits.JOB, jobs.MAKE_CALL, {"call": "email", **letter}, shows=letter)


def is_secret(name: str) -> bool:
    """Whether the value of a header or a field of that name is to be masked."""
    return _SECRET_NAME.search(name) is not None


def masked(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers as a page may show them."""
    return {name: MASK if is_secret(name) else value for name, value in headers.items()}


def without_secrets(url: str) -> str:
    """The address as a page may show it: values of fields with a secret's name are masked."""
    return re.sub(r"([?&]([^=&#]+)=)[^&#]*", lambda field: field[1] + MASK if is_secret(field[2]) else field[0], url)
