"""The list of executions, newest first, filtered by a plain form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext

from ...clock import now
from ...models import pages
from ...models.timeline import Ran
from ..access import permitted
from ..labels import Table
from .base import LARGEST_ID, bp

PERIODS: Mapping[str, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(days=7),
    "month": timedelta(days=30),
}
PERIOD_NAMES: Table = {
    "hour": lazy_gettext("In the last hour"),
    "day": lazy_gettext("In the last 24 hours"),
    "week": lazy_gettext("In the last 7 days"),
    "month": lazy_gettext("In the last 30 days"),
}


@dataclass(frozen=True)
class Filters:
    """What the address asks for; None where it does not. What cannot be, finds nothing."""

    workflow: int | None
    status: str | None
    conversation: str | None
    period: str | None

    @classmethod
    def asked(cls) -> Filters:
        given = {name: value.replace("\0", "\ufffd").strip() for name, value in request.args.items() if value.strip()}
        workflow = given.get("workflow")
        return cls(
            None if workflow is None else _id(workflow),
            given.get("status"),
            given.get("conversation"),
            given.get("period") if given.get("period") in PERIODS else None,
        )

    @property
    def since(self) -> datetime | None:
        return now() - PERIODS[self.period] if self.period else None

    @property
    def any(self) -> bool:
        return any(value is not None for value in (self.workflow, self.status, self.conversation, self.period))


def _id(text: str) -> int:
    """The id; 0, which no row has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_ID else 0


@bp.get("/executions")
@permitted("viewer")
def index() -> ResponseReturnValue:
    filters = Filters.asked()
    return render_template(
        "executions/index.html",
        page=_chosen(filters),
        filters=filters,
        workflows=pages.workflow_names(filters.workflow),
        periods=PERIOD_NAMES,
        live_url=url_for("live.stream", topic="executions"),
    )


@bp.get("/executions/rows")
@permitted("viewer")
def rows() -> ResponseReturnValue:
    filters = Filters.asked()
    return render_template("executions/_rows.html", page=_chosen(filters), filters=filters)


def _chosen(filters: Filters) -> pages.Page[Ran]:
    return pages.runs(
        after=request.args.get("after") or None,
        workflow_id=filters.workflow,
        conversation_id=filters.conversation,
        status=filters.status,
        since=filters.since,
    )
