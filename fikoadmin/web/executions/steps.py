"""A step in words: what was asked and what was found, what was sent or changed, what is worth a warning."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, lazy_gettext
from markupsafe import Markup

from ...engine.graph import Graph, Node
from ...models.executions import Step
from ...models.waits import ANSWER, DELAY, Wait
from ..formats import format_datetime, format_digits, format_number
from ..labels import Table, label_reason
from ..workflows import node_kinds, sentences
from ..workflows.said import joined, listed, written

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Checked:
    """One condition: what it asked, what was found, and whether it was so (None: not judged)."""

    asked: Markup
    found: Markup
    passed: bool | None
    reason: str


@dataclass(frozen=True)
class Fact:
    """Something that a step did or learnt; `is_text` where somebody wrote it."""

    name: str
    value: Markup
    is_text: bool = False


@dataclass(frozen=True)
class StepShown:
    """A step with its node as the version has it (None where it has none), in words."""

    step: Step
    node: Node | None
    checks: list[Checked]
    facts: list[Fact]
    warnings: list[Markup]
    waits_for: str

    @property
    def data(self) -> Data:
        return self.step.data

    @classmethod
    def of(cls, step: Step, graph: Graph, waits: Mapping[int, Wait]) -> StepShown:
        """`waits` are the execution's open ones, by the position of their step."""
        data = step.data or {}
        return cls(
            step,
            graph.nodes.get(step.node_id),
            [checked(check) for check in data.get("checks") or []],
            list(_facts(data)),
            list(_warnings(data, graph)),
            _waits_for(waits.get(step.position)),
        )


def checked(check: Data) -> Checked:
    """A condition's check, as the engine keeps it, in words."""
    what, asked = check.get("what"), check.get("expected")
    if what == "ai":
        found = None if check.get("actual") is None else gettext("yes") if check["actual"] else gettext("no")
        return Checked(
            sentences.guard({"type": "ai", "prompt": asked}),
            written(found or gettext("no answer")),
            check.get("passed"),
            label_reason(check.get("reason")),
        )
    type_ = "message" if what == "message" else "custom"
    value = {"type": type_, "field": what, "operator": check.get("operator"), "value": _plain(asked)}
    return Checked(
        sentences.guard(value), shown(check.get("actual")), check.get("passed"), label_reason(check.get("reason"))
    )


def shown(value: Any) -> Markup:
    """A value that was found or expected, as an operator reads it."""
    if value is None:
        return Markup('<span class="muted">{}</span>').format(gettext("nothing"))
    if value in ("", [], {}):
        return Markup('<span class="muted">{}</span>').format(gettext("empty"))
    if isinstance(value, list):
        return listed([_plain(each) for each in value])
    return Markup("“{}”").format(written(_plain(value)))


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(str(_plain(each)) for each in value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, Mapping) else value


# -- facts -----------------------------------------------------------------------------------------------------------

NAMES: Table = {
    "content": lazy_gettext("Wrote"),
    "buttons": lazy_gettext("Buttons"),
    "tag": lazy_gettext("Tag"),
    "keys": lazy_gettext("Told the AI about"),
    "answer": lazy_gettext("The customer's answer"),
    "errors": lazy_gettext("Wrong answers"),
    "wrong_answer": lazy_gettext("What was wrong"),
    "url": lazy_gettext("Called"),
    "status": lazy_gettext("Answered with"),
    "response": lazy_gettext("The answer"),
    "attempts": lazy_gettext("Attempts"),
    "to": lazy_gettext("Sent to"),
    "subject": lazy_gettext("Subject"),
    "text": lazy_gettext("Text"),
}
TEXTS = frozenset({"content", "response", "text", "answer"})
# Said elsewhere on the page, or of use to programs only.
ELSEWHERE = frozenset(
    {"checks", "old", "new", "destination", "unknown_names", "held_back_by_guard", "method", "headers", "seconds"}
    | {"message_id"}
)


def _facts(data: Data) -> list[Fact]:
    known = [name for name in NAMES if name in data and data[name] not in (None, [], "")]
    others = sorted(set(data) - set(NAMES) - ELSEWHERE)
    return [Fact(str(NAMES.get(name, name)), _value(name, data), name in TEXTS) for name in (*known, *others)]


def _value(name: str, data: Data) -> Markup:
    read = READ.get(name)
    if read is not None:
        return read(data)
    return Markup("{}").format(data[name]) if name in TEXTS else shown(data[name])


def _call(data: Data) -> Markup:
    return Markup('<code class="code">{} {}</code>').format(data.get("method", ""), data["url"])


def _status(data: Data) -> Markup:
    code = Markup('<code class="code">{}</code>').format(data["status"])
    if "seconds" not in data:
        return code
    return joined(code, Markup(gettext("after %(count)s s", count=format_number(data["seconds"]))))


READ: Mapping[str, Callable[[Data], Markup]] = {
    "tag": lambda data: Markup('<bdi class="tag">{}</bdi>').format(data["tag"]),
    "url": _call,
    "status": _status,
    "wrong_answer": lambda data: written(label_reason(str(data["wrong_answer"]))),
    "attempts": lambda data: Markup(format_digits(int(data["attempts"]))),
    "errors": lambda data: Markup(format_digits(int(data["errors"]))),
    "buttons": lambda data: listed(data["buttons"]),
    "keys": lambda data: listed(data["keys"]),
}


# -- warnings and waits ----------------------------------------------------------------------------------------------


def _warnings(data: Data, graph: Graph) -> list[Markup]:
    warnings = []
    if names := data.get("unknown_names"):
        warnings.append(
            Markup(gettext("These names are not known, so nothing stands in their place: %(names)s"))
            % {"names": listed(names)}
        )
    if held_back := data.get("held_back_by_guard"):
        titles = [node_kinds.title_of(graph.nodes[id_]) if id_ in graph.nodes else id_ for id_ in held_back]
        warnings.append(
            Markup(gettext("The condition of the connection did not let it pass to: %(nodes)s"))
            % {"nodes": listed(titles)}
        )
    return warnings


def _waits_for(wait: Wait | None) -> str:
    if wait is None:
        return ""
    until = format_datetime(wait.due_at)
    if wait.kind == DELAY:
        return str(gettext("Goes on at %(moment)s", moment=until))
    if wait.kind != ANSWER:
        return str(gettext("Waits for the outcome of a call"))
    if not until:
        return str(gettext("Waits for the customer's answer"))
    return str(gettext("Waits for the customer's answer until %(moment)s", moment=until))
