"""The list of executions, newest first, filtered by a plain form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TypedDict
from urllib.parse import parse_qsl, urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...clock import now
from ...models import pages
from ...models.timeline import Ran
from ..access import permitted
from ..labels import Table
from ..language import lazy_gettext
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


class Chosen(TypedDict):
    """The filters as queries take them."""

    workflow_id: int | None
    conversation_id: str | None
    status: str | None
    since: datetime | None


@dataclass(frozen=True)
class Filters:
    """What the address asks for; None where it does not. What cannot be, finds nothing."""

    workflow: int | None
    status: str | None
    conversation: str | None
    period: str | None

    @classmethod
    def asked(cls) -> Filters:
        return cls.of(request.args)

    @classmethod
    def of_query(cls, query: str) -> Filters:
        return cls.of(dict(parse_qsl(query)))

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Filters:
        given = {name: value.replace("\0", "\ufffd").strip() for name, value in args.items() if value.strip()}
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
        return bool(self.query)

    @property
    def query(self) -> str:
        """That part of an address."""
        return urlencode({name: value for name, value in asdict(self).items() if value is not None})

    @property
    def chosen(self) -> Chosen:
        return {
            "workflow_id": self.workflow, "conversation_id": self.conversation, "status": self.status,
            "since": self.since,
        }  # fmt: skip


def _id(text: str) -> int:
    """The id; 0, which no row has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and int(text[:20]) <= LARGEST_ID else 0


@bp.get("/executions")
@permitted("viewer")
def index() -> ResponseReturnValue:
    return whole_list(Filters.asked())


def whole_list(filters: Filters, problem: str = "") -> str:
    return render_template(
        "executions/index.html",
        page=_chosen(filters),
        filters=filters,
        workflows=pages.workflow_names(filters.workflow),
        periods=PERIOD_NAMES,
        problem=problem,
        live_url=url_for("live.stream", topic="executions"),
    )


@bp.get("/executions/rows")
@permitted("viewer")
def rows() -> ResponseReturnValue:
    filters = Filters.asked()
    return render_template("executions/_rows.html", page=_chosen(filters), filters=filters)


def _chosen(filters: Filters) -> pages.Page[Ran]:
    return pages.runs(after=request.args.get("after") or None, **filters.chosen)
