"""What a service refused, as a page says it."""

from __future__ import annotations

from ..documents.places import WHOLE
from ..errors import Invalid, Problem
from .labels import label_reason, label_value
from .language import gettext


def refusal(problem: Problem) -> str:
    """What is wrong, in the reader's language; where it is wrong is seen by where this is shown."""
    if not isinstance(problem, Invalid):
        return label_reason(problem.message)
    if not problem.values:
        return label_reason(problem.text)
    return str(gettext(problem.text)) % {name: label_value(str(value)) for name, value in problem.values.items()}


def refusal_at(invalid: Invalid) -> str:
    """The same after the place in what was sent, which is read from left to right in every language."""
    return f"\u2066{invalid.field}\u2069: {refusal(invalid)}" if invalid.field not in ("", WHOLE) else refusal(invalid)
