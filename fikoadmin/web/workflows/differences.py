"""What differs between two documents of a workflow, in words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from flask import current_app
from markupsafe import Markup

from ...engine.buttons import button_labels
from ...engine.condition_shape import combination
from ...engine.graph import Connection, Graph, Node
from ...engine.kinds import kind
from ...services.comparison import Difference, FieldChange, NodeChange, compare
from ..formats import format_datetime, format_number
from ..graph import Drawing, Mark
from ..labels import Table, destination_label, label
from ..language import gettext, lazy_gettext, page_language
from . import node_kinds, sentences
from .limits import LimitsForm
from .node_labels import COMBINATIONS, FREQUENCIES, STORAGE_TYPES, UNITS, word
from .reading import Reading

NAMES: Table = {
    "when_type": lazy_gettext("What starts it"),
    "action_type": lazy_gettext("What it does"),
    "node_type": lazy_gettext("Type of node"),
    "configuration": lazy_gettext("Other settings"),
    "conditions": lazy_gettext("Conditions"),
}
WORDS: Mapping[str, Table] = {
    "combination_operator": COMBINATIONS,
    "schedule_frequency": FREQUENCIES,
    "storage_type": STORAGE_TYPES,
    "delay_unit": UNITS,
    "response_timeout_unit": UNITS,
}
LABELS = ("when_type", "action_type", "node_type", "ai_control_action")


@dataclass(frozen=True, slots=True)
class FieldSaid:
    """A field's name, in the reader's language where it `is_known`, and its value before and after."""

    name: str
    is_known: bool
    old: Markup
    new: Markup


@dataclass(frozen=True, slots=True)
class NodeSaid:
    node: Node
    fields: list[FieldSaid]


@dataclass(frozen=True, slots=True)
class WaySaid:
    """A way out and where it led and leads; nothing: it ended, or ends, there."""

    source: Node
    type: str
    old: Markup
    new: Markup


class Said:
    """The difference between an older document and a newer one of the same workflow, ready to be shown."""

    def __init__(self, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        self.difference: Difference = compare(old, new)
        self.old, self.new = Reading(old), Reading(new)

    @property
    def is_empty(self) -> bool:
        return self.difference.is_empty

    @property
    def workflow(self) -> list[FieldSaid]:
        """Name, description and limits."""
        form = LimitsForm(formdata=None)
        return [_field(change, form[change.name].label.text, {}, {}) for change in self.difference.workflow]

    @property
    def changed(self) -> list[NodeSaid]:
        names = cache(_names)
        return [
            NodeSaid(change.new, _fields(change, {**names(*_kind(change.old)), **names(*_kind(change.new)), **NAMES}))
            for change in self.difference.changed
        ]

    @property
    def ways(self) -> list[WaySaid]:
        before, after = self.difference.old, self.difference.new
        return [
            WaySaid(way.source, way.type, _targets(before, way.old), _targets(after, way.new))
            for way in self.difference.ways
        ]

    @property
    def drawing(self) -> Drawing:
        """The newer one, with what is new and what is changed marked."""
        marks = {node["id"]: Mark(gettext("new"), "plus", "good") for node in self.difference.added}
        marks |= {change.new["id"]: Mark(gettext("changed"), "pencil", "wait") for change in self.difference.changed}
        return self.new.drawn(marks)


def _fields(change: NodeChange, names: Mapping[str, Any]) -> list[FieldSaid]:
    return [_field(each, names.get(each.name), change.old, change.new) for each in change.fields]


def _kind(node: Node) -> tuple[str, str]:
    return node["node_type"], kind(node)


def _names(node_type: str, kind_of_node: str) -> dict[str, Any]:
    """What the form of such nodes calls its fields."""
    known = node_kinds.KINDS.get((node_type, kind_of_node), node_kinds.UNKNOWN)
    return {part.short_name: part.label.text for part in known.form(formdata=None)}


def _field(change: FieldChange, name: object, old: Node, new: Node) -> FieldSaid:
    before, after = _value(change.name, change.old, old), _value(change.name, change.new, new)
    if before == after:  # what differs is of what the words leave out
        before, after = _json(change.old), _json(change.new)
    return FieldSaid(str(name or change.name), name is not None, before, after)


# -- values ----------------------------------------------------------------------------------------------------------


def _value(name: str, value: Any, node: Node) -> Markup:
    """A field's value as an operator reads it, in full: a change may be at the end of a long text."""
    if value in (None, "", [], {}):
        return Markup('<span class="muted">{}</span>').format(gettext("empty"))
    if isinstance(value, bool):
        return Markup("{}").format(gettext("yes") if value else gettext("no"))
    if name in READ:
        return READ[name](value, node)
    if isinstance(value, str) and (name in WORDS or name in LABELS):
        return Markup("{}").format(word(WORDS[name], value) if name in WORDS else label(name, value))
    return _plain(value)


def _plain(value: Any) -> Markup:
    if isinstance(value, int | float):
        return Markup("{}").format(format_number(value))
    if isinstance(value, list) and all(isinstance(each, str | int | float) for each in value):
        return _all(value)
    if isinstance(value, str):
        return Markup('<span class="long-text" dir="auto">{}</span>').format(value)
    return _json(value)


def _json(value: Any) -> Markup:
    return Markup('<code class="code long-text">{}</code>').format(json.dumps(value, ensure_ascii=False, indent=2))


def _all(values: Sequence[Any]) -> Markup:
    """Every one of them: the one that changed may be the last."""
    comma = "، " if page_language() == "fa" else ", "
    return Markup(comma).join(Markup("<bdi>{}</bdi>").format(value) for value in values)


def _conditions(value: Any, node: Node) -> Markup:
    if not isinstance(value, list):
        return _plain(value)
    between = gettext("or") if combination(node) == "or" else gettext("and")
    return Markup(" {} ").format(between).join(sentences.guard(each) for each in value)


def _buttons(value: Any, _node: Node) -> Markup:
    return _all(button_labels(value)) if isinstance(value, list) else _plain(value)


def _destination(value: Any, _node: Node) -> Markup:
    return Markup("{}").format(destination_label(str(value)))


def _channels(value: Any, _node: Node) -> Markup:
    return _all([label("channel", str(each)) for each in value]) if isinstance(value, list) else _plain(value)


def _moment(value: Any, _node: Node) -> Markup:
    moment = datetime.fromisoformat(str(value))
    zone = current_app.extensions["config"].timezone
    return Markup("{}").format(format_datetime(moment if moment.tzinfo else moment.replace(tzinfo=zone)))


READ: Mapping[str, Callable[[Any, Node], Markup]] = {
    "conditions": _conditions,
    "key_values": _buttons,
    "redirect_destination": _destination,
    "channels": _channels,
    "start_date": _moment,
    "end_date": _moment,
}


def _targets(graph: Graph, connections: tuple[Connection, ...]) -> Markup:
    """The nodes that they lead to, in their order; empty where there is none."""
    return Markup(" · ").join(_target(graph, connection) for connection in connections)


def _target(graph: Graph, connection: Connection) -> Markup:
    title = Markup("<bdi>{}</bdi>").format(node_kinds.title_of(graph.node(connection.target)))
    if connection.condition is None:
        return title
    only = gettext("only if %(condition)s", condition="%(condition)s")
    return Markup("{} ({})").format(title, Markup(only) % {"condition": sentences.guard(connection.condition)})
