"""Whether one workflow would start by itself in a conversation, and why not: before it is run by hand, or instead."""

from __future__ import annotations

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from ... import matching
from ...errors import NotFound
from ...matching import LiveWorkflow
from ...models import found
from ...services import why
from ...words import N_
from ..access import permitted
from ..executions.refusals import refused
from . import page
from .base import bp
from .forms import TriggerForm


@bp.post("/<conversation_id>/prospect")
@permitted("operator")
def ask_prospect(conversation_id: str) -> ResponseReturnValue:
    """To the page of the workflow that is chosen in the form which runs one."""
    form = TriggerForm()
    if not form.validate():
        return page.whole(conversation_id, form), 422
    return redirect(url_for(".prospect", conversation_id=conversation_id, workflow_id=form.workflow.data), 303)


@bp.get("/<conversation_id>/prospect/<int:workflow_id>")
@permitted("viewer")
def prospect(conversation_id: str, workflow_id: int) -> ResponseReturnValue:
    conversation, workflow = found.conversation(conversation_id), _live(workflow_id)
    event = found.last_message_event(conversation.id)
    shown = why.prospect(workflow, conversation, current_app.extensions["config"].timezone)
    return render_template(
        "conversations/prospect.html",
        conversation=conversation,
        workflow=workflow,
        prospect=shown,
        refusals=list(dict.fromkeys(map(refused, shown.refusals))),
        event=event,
        came_later=event is not None and workflow.published_at > event.created_at,
    )


def _live(workflow_id: int) -> LiveWorkflow:
    """Raises NotFound."""
    workflow = matching.index().workflows.get(workflow_id)
    if workflow is None:
        raise NotFound(N_("this workflow is not active"))
    return workflow
