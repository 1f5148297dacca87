"""Many executions cancelled or run again at once: the list is made, looked at, started, watched and cancelled."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...errors import Conflict, Invalid
from ...models import found, pages
from ...models.bulk_operations import BulkOperation
from ...services import bulk_operations
from ..access import operator, permitted
from ..language import gettext
from ..refused import refusal
from .base import bp
from .overview import Filters, whole_list

# An execution as the list showed it: its id and the status that it had.
_SHOWN = re.compile(r"(\d{1,18})\.([A-Z]{1,20})", re.ASCII)
ONE = "/executions/bulk/<int:bulk_id>"


@bp.get("/executions/bulk")
@permitted("viewer")
def bulk() -> ResponseReturnValue:
    page = pages.bulk_lists(BulkOperation, after=request.args.get("after") or None)
    return render_template("executions/bulk_index.html", page=page)


@bp.post("/executions/bulk")
@permitted("operator")
def make_list() -> ResponseReturnValue:
    """Of the ticked executions, under the statuses that the page showed, or of all that fit the filters now."""
    filters = Filters.of_query(request.form.get("query", ""))
    try:
        if "all" in request.form:
            made = bulk_operations.list_fitting(operator(), **filters.chosen)
        else:
            made = bulk_operations.list_shown(_ticked(), operator())
    except Invalid as invalid:
        return whole_list(filters, problem=refusal(invalid)), 422
    return redirect(url_for(".show_bulk", bulk_id=made.id), 303)


def _ticked() -> list[tuple[int, str]]:
    shown = (_SHOWN.fullmatch(value) for value in request.form.getlist("chosen"))
    return [(int(match[1]), match[2]) for match in shown if match]


@bp.get(ONE)
@permitted("viewer")
def show_bulk(bulk_id: int) -> ResponseReturnValue:
    return _whole(found.bulk_operation(bulk_id))


@bp.get(ONE + "/<any(state, rows):part>")
@permitted("viewer")
def show_bulk_part(bulk_id: int, part: str) -> ResponseReturnValue:
    """One live part of the page, as the whole page holds it."""
    one = found.bulk_operation(bulk_id)
    return render_template(f"executions/_bulk_{part}.html", one=one, **_part(one, part))


@bp.post(ONE + "/start")
@permitted("operator")
def start_bulk(bulk_id: int) -> ResponseReturnValue:
    one = found.bulk_operation(bulk_id)
    try:
        bulk_operations.start(bulk_id, request.form.get("verb", ""), operator())
    except Invalid as invalid:
        return _whole(one, problem=refusal(invalid)), 422
    except Conflict as conflict:
        return _whole(found.bulk_operation(bulk_id), refused=refusal(conflict)), 409
    return redirect(url_for(".show_bulk", bulk_id=bulk_id), 303)


@bp.post(ONE + "/cancel")
@permitted("operator")
def cancel_bulk(bulk_id: int) -> ResponseReturnValue:
    one = found.bulk_operation(bulk_id)
    try:
        bulk_operations.cancel(bulk_id, operator())
    except Conflict as conflict:
        return _whole(one, refused=refusal(conflict)), 409
    flash(gettext("Cancelled. What had its turn before stays as it is."), "success")
    return redirect(url_for(".show_bulk", bulk_id=bulk_id), 303)


def _part(one: BulkOperation, part: str) -> dict[str, object]:
    if part == "state":
        return {"counts": one.counts()}
    return {"page": pages.operation_rows(one.id, after=request.args.get("after") or None)}


def _whole(one: BulkOperation, *, problem: str = "", refused: str = "") -> str:
    return render_template(
        "executions/bulk.html",
        one=one,
        **_part(one, "state"),
        **_part(one, "rows"),
        problem=problem,
        refusal=refused,
        live_url=url_for("live.stream", topic=f"{one.topic}:{one.id}"),
    )
