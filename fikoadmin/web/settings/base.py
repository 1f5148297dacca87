"""What the pages of this area share: their blueprint, and how a form says what was refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask_wtf import FlaskForm
from wtforms import Field, ValidationError

from ...errors import Invalid
from ..formats import format_number
from ..labels import Table
from ..language import gettext
from ..refused import refusal
from .words import LANGUAGE_NAMES, setting_label, shown

bp = Blueprint("settings", __name__, url_prefix="/settings")

# A number that no row can have is an address where there is nothing.
ROW = "<int(max=9223372036854775807):row_id>"

Validator = Callable[[FlaskForm, Field], None]


def length(least: int, most: int) -> Validator:
    """Refuses a text shorter or longer than that, with the numbers in the reader's digits."""

    def check(form: FlaskForm, field: Field) -> None:
        if least <= len(field.data or "") <= most:
            return
        if not least:
            raise ValidationError(gettext("Must have at most %(most)s characters.", most=format_number(most)))
        bounds = {"least": format_number(least), "most": format_number(most)}
        raise ValidationError(gettext("Must have %(least)s to %(most)s characters.", **bounds))

    return check


def words_of(table: Table) -> Callable[[], dict[str, str]]:
    """The choices of a select, in the language of whoever reads it."""
    return lambda: {value: str(text) for value, text in table.items()}


@bp.context_processor
def _words() -> dict[str, Any]:
    return {"language_names": LANGUAGE_NAMES, "setting_label": setting_label, "shown": shown}


def stripped(text: Any) -> Any:
    """A filter: no spaces at the ends, and lines that end as they do elsewhere."""
    return text.strip().replace("\r\n", "\n") if isinstance(text, str) else text


def refuse(form: FlaskForm, problem: Invalid, **names: str) -> None:
    """Puts a service's refusal at its field; `names` maps the service's field names to the form's."""
    field = form[names.get(problem.field, problem.field)]
    reason = refusal(problem)
    field.errors = [*field.errors, reason[:1].upper() + reason[1:]]
