"""The stream that tells an open page what changed."""

from __future__ import annotations

import re

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from .. import live
from ..errors import Invalid
from .access import permitted
from .errors import page
from .language import gettext

bp = Blueprint("live", __name__)

TOPICS_AT_MOST = 20
TOPIC = re.compile(r"[a-z]{1,30}(:[A-Za-z0-9_-]{1,40})?", re.ASCII)
# Until then the page looks by itself.
RETRY_AFTER_SECONDS = 10


@bp.get("/live")
@permitted("viewer")
def stream() -> ResponseReturnValue:
    """Server-sent events about `?topic=conversation:abc123&topic=conversations`; `fikoadmin.live` words them."""
    text = live.stream(_topics())
    if text is None:
        body, status = page(503)
        return body, status, {"Retry-After": str(RETRY_AFTER_SECONDS)}
    # It is read after this request's context, and with it the database session, has ended.
    answer = Response(text, mimetype="text/event-stream")
    answer.headers["X-Accel-Buffering"] = "no"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _topics() -> list[str]:
    topics = request.args.getlist("topic")
    if not 1 <= len(topics) <= TOPICS_AT_MOST:
        raise Invalid("topic", gettext("Name 1 to %(count)s topics.", count=TOPICS_AT_MOST))
    for topic in topics:
        if not TOPIC.fullmatch(topic):
            raise Invalid("topic", gettext("A topic is a kind of thing, or a kind and an id: conversation:abc"))
    return topics
