"""Filters that an operator keeps for themselves."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from ...errors import Invalid
from ...services import filters
from ..access import operator, permitted
from ..language import gettext
from ..refused import refusal
from .base import bp
from .filtering import Asked
from .forms import KeepFilterForm
from .overview import whole_list


@bp.post("/filters")
@permitted("viewer")
def keep_filter() -> ResponseReturnValue:
    form = KeepFilterForm()
    asked = Asked.of_query(request.form.get("query", ""))
    try:
        filters.save(operator(), form.filter_name.data, asked.query)
    except Invalid as invalid:
        form.filter_name.errors = [refusal(invalid)]
        return whole_list(asked, keep=form), 422
    return redirect(f"{url_for('.index')}?{asked.query}", 303)


@bp.post("/filters/<int:filter_id>/delete")
@permitted("viewer")
def forget_filter(filter_id: int) -> ResponseReturnValue:
    filters.forget(operator(), filter_id)
    flash(gettext("The filter is deleted."), "success")
    return redirect(url_for(".index"), 303)
