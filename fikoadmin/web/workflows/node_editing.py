"""A node being edited: what is stored, what was typed, and what a save of it would change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from werkzeug.datastructures import MultiDict

from ...engine import kinds
from ..language import gettext
from . import node_kinds
from .condition_rows import Conditions
from .node_forms import NodeForm

Node = Mapping[str, Any]

CONTROLS = frozenset({"csrf_token", "revision", "step", "node_type"})
CHOOSE, ADD, REMOVE = "choose", "add-condition", "remove-condition-"


@dataclass(frozen=True)
class Editing:
    """`node` has the kind that was chosen last, `form` fits that kind, `present` is what somebody else has saved.

    `carried` are texts typed for another kind: they come back when it is chosen again.
    """

    node: Node
    stored_kind: str
    form: NodeForm
    step: str = ""
    kind_error: str = ""
    refusal: str = ""
    carried: tuple[tuple[str, str], ...] = ()
    present: Any = None

    @classmethod
    def stored(cls, node: Node, prefix: str = "") -> Editing:
        form = node_kinds.of(node).form
        return cls(node, kinds.kind(node), form(formdata=None, data=form.stored(node), prefix=prefix))

    @classmethod
    def typed(cls, node: Node, sent: MultiDict[str, str]) -> Editing:
        """What a form for `node` sent; a step of it that is no save is taken."""
        chosen, error = _chosen(node, sent)
        form_class = node_kinds.of(chosen).form
        form = form_class(formdata=sent, data=form_class.stored(chosen))
        step = sent.get("step", "")
        if isinstance(getattr(form, "conditions", None), Conditions):
            _take(step, form["conditions"])
        own = {field.name for field in form} | CONTROLS | {node_kinds.type_field(node["node_type"])}
        others = ((name, text) for name, text in sent.items(multi=True) if name not in own)
        carried = tuple((name, text) for name, text in others if not name.startswith("conditions-"))
        return cls(chosen, kinds.kind(node), form, step, error, carried=carried)

    @property
    def took_a_step(self) -> bool:
        return self.step in (CHOOSE, ADD) or self.step.startswith(REMOVE)

    def is_to_be_saved(self) -> bool:
        """Whether a save was asked for and nothing typed is wrong; the form says what is."""
        return not self.took_a_step and self.form.validate() and not self.kind_error

    def changes(self) -> dict[str, Any]:
        """The fields of the export format that a save writes, with their values."""
        field = node_kinds.type_field(self.node["node_type"])
        kind = kinds.kind(self.node)
        is_new = not self.node["id"]
        return self.form.changes(self.node) | ({field: kind} if field and (is_new or kind != self.stored_kind) else {})

    def preview(self) -> Node:
        """The node as it would be with what is typed; what is wrong as it is stored."""
        return {**self.node, **self.form.changes(self.node)}

    def differing(self) -> list[str]:
        """The labels of the fields in which what was typed is not what is stored now."""
        present = {part.short_name: part for part in self.present.form} if self.present else {}
        return [
            part.label.text
            for part in self.form
            if part.short_name in present and part.data != present[part.short_name].data
        ]

    def beside(self, node: Node) -> Editing:
        """The same, with what is stored now beside it."""
        return replace(self, present=Editing.stored(node, "now-"))

    def kinds(self) -> list[tuple[str, str]]:
        """The kinds that the node can be of, with their names; a stored one that cannot be chosen stays."""
        node_type = self.node["node_type"]
        known = node_kinds.choosable(node_type)
        others = [kind for kind in {self.stored_kind, kinds.kind(self.node)} if kind not in known]
        return [(kind, node_kinds.name(node_type, kind)) for kind in [*known, *sorted(others)]]


def _chosen(node: Node, sent: MultiDict[str, str]) -> tuple[Node, str]:
    """The node with the kind that was chosen, and what is wrong with the choice."""
    field = node_kinds.type_field(node["node_type"])
    kind = sent.get(field, "") if field else ""
    if not kind or kind == node.get(field):
        return node, ""
    if kind not in node_kinds.choosable(node["node_type"]):
        return node, gettext("Choose one of the list.")
    return {**node, field: kind}, ""


def _take(step: str, conditions: Conditions) -> None:
    place = step.removeprefix(REMOVE)
    if step == ADD:
        conditions.add()
    elif step != place and place.isascii() and place.isdigit() and len(place) < 4:
        conditions.remove(int(place))
