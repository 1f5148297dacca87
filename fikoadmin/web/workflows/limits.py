"""Name, description and limits of a workflow."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, render_template
from flask.typing import ResponseReturnValue
from wtforms.validators import InputRequired

from ...errors import Conflict, Invalid
from ...services import drafts, workflows
from ..access import operator, permitted
from ..language import gettext, lazy_gettext
from .base import Draft, back, bp, revision_shown
from .node_fields import LongText, Moment, Text, Whole
from .node_forms import PlainForm


class LimitsForm(PlainForm):
    name = Text(lazy_gettext("Name"), workflows.NAME_LENGTH, validators=[InputRequired()])
    description = LongText(lazy_gettext("Description"), description=lazy_gettext("For operators: what it is good for."))
    max_executions = Whole(
        lazy_gettext("Executions per customer, at most"), description=lazy_gettext("0: as many as there are occasions.")
    )
    delay_between_executions = Whole(
        lazy_gettext("Seconds between two executions for one customer"), description=lazy_gettext("0: no pause.")
    )
    start_date = Moment(lazy_gettext("Starts nothing before"))
    end_date = Moment(lazy_gettext("Starts nothing after"))


@bp.get("/<int:workflow_id>/limits")
@permitted("viewer")
def limits(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    return _page(draft, _stored(draft))


@bp.post("/<int:workflow_id>/limits")
@permitted("operator")
def save_limits(workflow_id: int) -> ResponseReturnValue:
    draft = Draft.of(workflow_id)
    form = LimitsForm(data=_values(draft))
    if not form.validate():
        return _page(draft, form), 422
    changed = {part.short_name: part.data for part in form if part.data != part.object_data}
    try:
        if changed:
            drafts.describe(workflow_id, form.name.data, changed, operator().actor, revision_shown())
    except Invalid:
        form.name.errors = [gettext("Write a name.")]
        return _page(draft, form), 422
    except Conflict:
        present = Draft.of(workflow_id)
        return _page(present, form, _stored(present, "now-")), 409
    flash(gettext("Saved."), "success")
    return back(workflow_id)


def _values(draft: Draft) -> dict[str, Any]:
    return {name: getattr(draft.workflow, name) for name in ("name", *drafts.WORKFLOW_FIELDS)}


def _stored(draft: Draft, prefix: str = "") -> LimitsForm:
    return LimitsForm(formdata=None, data=_values(draft), prefix=prefix)


def _page(draft: Draft, form: LimitsForm, present: LimitsForm | None = None) -> str:
    zone = current_app.extensions["config"].timezone.key
    return render_template(
        "workflows/limits.html", draft=draft, workflow=draft.workflow, form=form, present=present, zone=zone
    )
