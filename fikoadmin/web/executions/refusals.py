"""Why a workflow did not start, in words: what it expected, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ... import matching
from ..labels import label, label_reason
from ..language import gettext
from ..workflows.said import listed
from .steps import shown


@dataclass(frozen=True)
class Refused:
    """One reason; `expected` and `found` are empty where the reason says it all."""

    reason: str
    expected: Markup
    found: Markup


def refused(refusal: Mapping[str, Any]) -> Refused:
    """A refusal as `matching` keeps it with the event."""
    reason, expected, actual = (refusal.get(part) for part in ("reason", "expected", "actual"))
    if reason == matching.OWN_EVENT or (expected is None and actual is None):
        return Refused(label_reason(reason), Markup(), Markup())
    if reason == matching.OTHER_EVENT:
        kinds = label("when_type", str(expected)), label("event_type", str(actual))
        return Refused(label_reason(reason), *map(Markup("{}").format, kinds))
    if reason == matching.OTHER_CHANNEL:
        channels = listed([label("channel", each) for each in expected or ()])
        return Refused(label_reason(reason), channels, _channel(actual))
    return Refused(label_reason(reason), shown(expected), shown(actual))


def _channel(value: Any) -> Markup:
    return Markup("{}").format(label("channel", str(value))) if value else Markup(gettext("no channel"))
