"""Many conversations redirected at once: the list is made, looked at, started, watched and cancelled."""

from __future__ import annotations

import re

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from ...errors import Conflict, Invalid
from ...models import found, pages, searches
from ...models.bulk import BulkRedirect
from ...services import bulk
from ..access import operator, permitted
from ..language import gettext
from ..refused import refusal
from .base import bp
from .filtering import Asked
from .forms import RedirectForm
from .overview import whole_list

# A conversation as the list showed it: its id and the epoch that it had.
_SHOWN = re.compile(r"([A-Za-z0-9_-]{1,20})\.(\d{1,9})", re.ASCII)
ONE = "/bulk/<int:bulk_id>"


@bp.get("/bulk")
@permitted("viewer")
def bulk_redirects() -> ResponseReturnValue:
    page = pages.bulk_lists(BulkRedirect, after=request.args.get("after") or None)
    return render_template("conversations/bulk_index.html", page=page)


@bp.post("/bulk")
@permitted("operator")
def make_list() -> ResponseReturnValue:
    """Of the ticked conversations, under the epochs that the page showed, or of all that fit the filters now."""
    asked = Asked.of_query(request.form.get("query", ""))
    try:
        if "all" in request.form:
            made = bulk.list_fitting(searches.chosen(asked.filters), operator())
        else:
            made = bulk.list_shown(_ticked(), operator())
    except Invalid as invalid:
        return whole_list(asked, problem=refusal(invalid)), 422
    return redirect(url_for(".show_bulk", bulk_id=made.id), 303)


def _ticked() -> list[tuple[str, int]]:
    shown = (_SHOWN.fullmatch(value) for value in request.form.getlist("chosen"))
    return [(match[1], int(match[2])) for match in shown if match]


@bp.get(ONE)
@permitted("viewer")
def show_bulk(bulk_id: int) -> ResponseReturnValue:
    return _whole(found.bulk_redirect(bulk_id))


@bp.get(ONE + "/<any(state, rows):part>")
@permitted("viewer")
def show_bulk_part(bulk_id: int, part: str) -> ResponseReturnValue:
    """One live part of the page, as the whole page holds it."""
    one = found.bulk_redirect(bulk_id)
    return render_template(f"conversations/_bulk_{part}.html", one=one, **_part(one, part))


@bp.post(ONE + "/start")
@permitted("operator")
def start_bulk(bulk_id: int) -> ResponseReturnValue:
    form = RedirectForm()
    one = found.bulk_redirect(bulk_id)
    if not form.validate():
        return _whole(one, form), 422
    try:
        bulk.start(bulk_id, form.destination.data, operator())
    except Conflict as conflict:
        return _whole(found.bulk_redirect(bulk_id), form, refusal(conflict)), 409
    return redirect(url_for(".show_bulk", bulk_id=bulk_id), 303)


@bp.post(ONE + "/cancel")
@permitted("operator")
def cancel_bulk(bulk_id: int) -> ResponseReturnValue:
    one = found.bulk_redirect(bulk_id)
    try:
        bulk.cancel(bulk_id, operator())
    except Conflict as conflict:
        return _whole(one, refusal=refusal(conflict)), 409
    flash(gettext("Cancelled. What had its turn before stays as it is."), "success")
    return redirect(url_for(".show_bulk", bulk_id=bulk_id), 303)


def _part(one: BulkRedirect, part: str) -> dict[str, object]:
    if part == "state":
        return {"counts": one.counts()}
    return {"page": pages.bulk_rows(one.id, after=request.args.get("after") or None)}


def _whole(one: BulkRedirect, form: RedirectForm | None = None, refusal: str = "") -> str:
    return render_template(
        "conversations/bulk.html",
        one=one,
        **_part(one, "state"),
        **_part(one, "rows"),
        form=form or RedirectForm(formdata=None),
        refusal=refusal,
        live_url=url_for("live.stream", topic=f"{one.topic}:{one.id}"),
    )
