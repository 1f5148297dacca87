"""Calls that workflows make: a wait holds the request, a job makes it outside any transaction (P21)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app

from ..engine.calls import MASK, is_secret
from ..engine.outcomes import done, failed, skipped
from ..errors import Retry
from ..extensions import db, transaction
from ..models.conversations import OWNER_CHANGED
from ..models.held import Held, HeldJob
from ..models.waits import Wait
from ..outbound import IDEMPOTENCY_HEADER, Outbound, OutboundError, Response
from ..words import N_
from . import waits

TIMEOUT_SECONDS = 10.0
LONGEST_ANSWER = 64 * 1024
SHOWN = 2_000

NO_MAIL_SERVER = N_("no mail server is configured")

Request = Mapping[str, Any]
# What a call came to: what the step shows of it, and what went wrong, or None.
Result = tuple[dict[str, Any], OutboundError | None]


def make_call(held: Held) -> None:
    """Makes one attempt; raises Retry where another may succeed."""
    wait_id = int(held.job.subject)
    found = _due(wait_id)
    if found is None:
        with transaction():
            waits.conclude(wait_id, skipped(OWNER_CHANGED, None))
            held.finish()
        return
    request, key = found
    shown, failure = CALLS[request["call"]](request, key)
    if failure and failure.temporary:
        waits.attempted(wait_id, held.job.attempts, failure.reason)
        raise Retry(failure.reason, failure.retry_after) from failure
    with transaction():
        shown["attempts"] = held.job.attempts
        waits.conclude(wait_id, failed(failure.reason, **shown) if failure else done(True, **shown))
        held.finish()


def gave_up(job: HeldJob, reason: str) -> None:
    """The last try failed: the step names the cause and takes its `failure` connection."""
    waits.conclude(int(job.subject), failed(reason, attempts=job.attempts))


def _due(wait_id: int) -> tuple[Request, str] | None:
    """The request and its idempotency key; None where nobody waits for it or somebody else owns the conversation."""
    wait = db.session.get(Wait, wait_id, populate_existing=True)
    if wait is None or wait.ended_as is not None:
        return None
    conversation, execution = wait.execution.conversation, wait.execution
    is_fenced = conversation is not None and conversation.epoch != execution.epoch
    due = None if is_fenced else (wait.data, wait.key)
    db.session.rollback()  # no transaction stays open while another server thinks
    return due


# -- the kinds of calls --------------------------------------------------------------------------------------------


def _webhook(request: Request, key: str) -> Result:
    outbound: Outbound = current_app.extensions["outbound"]
    try:
        answer = outbound.request(
            request["method"], request["url"], _body(request), _headers(request, key),
            timeout=TIMEOUT_SECONDS, max_response_bytes=LONGEST_ANSWER,
        )  # fmt: skip
    except OutboundError as failure:
        return {}, failure
    shown = {"status": answer.status, "response": _shown(answer, request), "seconds": round(answer.elapsed, 3)}
    try:
        answer.expect_success()
    except OutboundError as failure:
        return shown, failure
    return shown, None


def _body(request: Request) -> bytes | None:
    body = request["body"]
    return body.encode("utf-8", "surrogatepass") if body is not None else None


def _headers(request: Request, key: str) -> dict[str, str]:
    own = {IDEMPOTENCY_HEADER: key} | ({"Content-Type": "application/json"} if request["body"] is not None else {})
    given = {name.lower() for name in request["headers"]}
    headers = {name: value for name, value in own.items() if name.lower() not in given}
    return {**headers, **request["headers"]}


def _shown(answer: Response, request: Request) -> str:
    """The beginning of the answer, secrets masked: those that were sent, and what is named like one."""
    text = answer.body.decode("utf-8", "replace").replace("\0", "")
    for name, value in request["headers"].items():
        if is_secret(name) and len(value) > 3:
            text = text.replace(value, MASK)
    return _NAMED_VALUE.sub(lambda found: found[1] + f'"{MASK}"' if is_secret(found[2]) else found[0], text)[:SHOWN]


_NAMED_VALUE = re.compile(r'("([^"]{1,60})"\s*:\s*)"[^"]*"')


def _email(request: Request, key: str) -> Result:
    mail = current_app.extensions["mail"]
    if mail is None:
        return {}, OutboundError(NO_MAIL_SERVER, temporary=False)
    message_id = f"<{key}@fiko.local>"
    try:
        mail.send(request["to"], request["subject"], request["text"], message_id=message_id, timeout=TIMEOUT_SECONDS)
    except OutboundError as failure:
        return {}, failure
    return {"message_id": message_id}, None


CALLS: Mapping[str, Callable[[Request, str], Result]] = {"webhook": _webhook, "email": _email}
