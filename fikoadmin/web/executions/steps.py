"""A step in words: what was asked and what was found, what was sent or changed, what is worth a warning."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from ...engine.graph import Graph
from ...models.executions import Step, StepLine
from ...models.waits import ANSWER, DELAY, Wait
from ..chips import connection_chip, outcome_chip
from ..formats import format_calendar_day, format_datetime, format_digits, format_duration, format_number
from ..graph.drawing import FORKING
from ..graph.texts import NodeTexts
from ..labels import Table, label_reason
from ..language import gettext, lazy_gettext
from ..pieces import time_of_day
from ..workflows import node_kinds, sentences
from ..workflows.field_values import in_words
from ..workflows.said import joined, listed, said, written

Data = Mapping[str, Any]

TENTH = timedelta(seconds=0.1)


@dataclass(frozen=True)
class Checked:
    """One condition: what it asked, what was found, and whether it was so (None: not judged)."""

    asked: Markup
    found: Markup
    passed: bool | None
    reason: str


class Fact(NamedTuple):
    """Something that a step did or learnt; `is_text` where somebody wrote it."""

    name: Markup
    value: Markup
    is_text: bool = False


class StepShown(NamedTuple):
    """A step in words. `kind` is its node's, empty where the title says it; `way` the connection that it took, where
    that has to be said; `sentence` what its node is for, where the step has nothing more to tell; `old` and `new` the
    owner before and after, where it is about that."""

    step: Step | StepLine
    number: str
    tile: Markup
    title: Markup
    kind: str
    outcome: Markup
    sentence: str
    reason: str
    way: str
    when: Markup
    took: str
    checks: list[Checked]
    old: Data
    new: Data | None
    facts: list[Fact]
    warnings: list[Markup]
    waits_for: str


class StepTexts:
    """Puts the steps of one page into words; what many of them share is made once. `waits` are the open ones of their
    execution, by the position of their step."""

    def __init__(self, graph: Graph, waits: Mapping[int, Wait]) -> None:
        self.graph, self.waits, self.nodes = graph, waits, NodeTexts(graph)
        self._fact_name = cache(lambda name: escape(str(NAMES.get(name, name))))

    def of(self, step: Step | StepLine) -> StepShown:
        data: Data = step.data or {}
        node = self.graph.nodes.get(step.node_id, {"node_type": step.node_type, "title": step.title})
        kind, title = self.nodes.name(node), step.title.strip()
        facts = _facts(data, node, self._fact_name)
        tells = facts or data.get("checks") or data.get("new")
        return StepShown(
            step=step,
            number=self.nodes.number(step.position + 1),
            tile=self.nodes.tile(node),
            title=escape(title or kind),
            kind=kind if title and kind != title else "",
            outcome=outcome_chip(step.outcome),
            sentence="" if tells else node_kinds.of(node).sentence(node),
            reason=label_reason(step.reason),
            way=connection_chip(step.connection) if step.connection and _is_worth_saying(step) else "",
            when=time_of_day(step.started_at),
            took=_took(step),
            checks=[checked(check) for check in data.get("checks") or []],
            old=data.get("old") or {},
            new=data.get("new"),
            facts=facts,
            warnings=_warnings(data, self.graph),
            waits_for=_waits_for(self.waits.get(step.position), data),
        )


def _took(step: Step | StepLine) -> str:
    """How long; empty for a tenth of a second and less, and while it is unfinished."""
    length = step.finished_at - step.started_at if step.finished_at else timedelta()
    return format_duration(length) if length >= TENTH else ""


def _is_worth_saying(step: Step | StepLine) -> bool:
    """A plain step goes on by success; a fork says which way."""
    return step.connection != "success" or step.node_type in FORKING


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
    value = {"type": type_, "field": what, "operator": check.get("operator"), "value": asked}
    found = shown(check.get("actual"), str(what))
    return Checked(sentences.guard(value), found, check.get("passed"), label_reason(check.get("reason")))


def shown(value: Any, field: str = "") -> Markup:
    """A value that was found or expected, of that field if of any, as an operator reads it."""
    if value is None:
        return Markup('<span class="muted">{}</span>').format(gettext("nothing"))
    if value in ("", [], {}):
        return Markup('<span class="muted">{}</span>').format(gettext("empty"))
    words = in_words(field, value)
    return listed(words) if isinstance(words, list) else said(gettext("“%(value)s”"), value=words)


# -- facts -----------------------------------------------------------------------------------------------------------

NAMES: Table = {
    "content": lazy_gettext("Wrote"),
    "buttons": lazy_gettext("Buttons"),
    "tag": lazy_gettext("Tag"),
    "keys": lazy_gettext("Told the AI about"),
    "answer": lazy_gettext("The customer's answer"),
    "errors": lazy_gettext("Wrong answers"),
    "wrong_answer": lazy_gettext("What was wrong"),
    "url": lazy_gettext("Call"),
    "status": lazy_gettext("Answered with"),
    "response": lazy_gettext("The answer"),
    "attempts": lazy_gettext("Attempts"),
    "to": lazy_gettext("To"),
    "subject": lazy_gettext("Subject"),
    "text": lazy_gettext("Text"),
}
TEXTS = frozenset({"content", "response", "text", "answer"})
# Said elsewhere on the page, or of use to programs only.
ELSEWHERE = frozenset(
    {"checks", "old", "new", "destination", "unknown_names", "held_back_by_guard", "method", "headers", "seconds"}
    | {"message_id", "last_failure"}
)
PLACES = {name: place for place, name in enumerate(NAMES)}


def _facts(data: Data, node: Data, name_of: Callable[[str], Markup]) -> list[Fact]:
    if node.get("storage_type") == "date" and "answer" in data:
        data = {**data, "answer": format_calendar_day(date.fromisoformat(data["answer"]))}
    told = sorted(data.keys() - ELSEWHERE, key=_place)
    return [
        Fact(name_of(name), _value(name, data), name in TEXTS)
        for name in told
        if name not in NAMES or data[name] not in (None, [], "")
    ]


def _place(name: str) -> tuple[int, str]:
    """Those that have a word come first, in its order."""
    return PLACES.get(name, len(PLACES)), name


def _value(name: str, data: Data) -> Markup:
    read = READ.get(name)
    if read is not None:
        return read(data)
    return escape(data[name]) if name in TEXTS else shown(data[name])


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
    "answer": lambda data: escape(in_words("", data["answer"])),
}


# -- warnings and waits ----------------------------------------------------------------------------------------------


def _warnings(data: Data, graph: Graph) -> list[Markup]:
    warnings = []
    if names := data.get("unknown_names"):
        warnings.append(
            Markup(gettext("These names are not known, so nothing stands in their place: %(names)s"))
            % {"names": listed([Markup('<code class="code">{}</code>').format(name) for name in names])}
        )
    if held_back := data.get("held_back_by_guard"):
        titles = [node_kinds.title_of(graph.nodes[id_]) if id_ in graph.nodes else id_ for id_ in held_back]
        warnings.append(
            Markup(gettext("The condition of the connection did not let it pass to: %(nodes)s"))
            % {"nodes": listed(titles)}
        )
    return warnings


def _waits_for(wait: Wait | None, data: Data) -> str:
    if wait is None:
        return ""
    until = format_datetime(wait.due_at)
    if wait.kind == DELAY:
        return str(gettext("Goes on at %(moment)s", moment=until))
    if failure := data.get("last_failure"):
        return str(gettext("The last attempt failed: %(reason)s. Another follows.", reason=label_reason(failure)))
    if "prompt" in wait.data:
        return str(gettext("Waits for what the AI says"))
    if wait.kind != ANSWER:
        return str(gettext("Waits for the outcome of a call"))
    if not until:
        return str(gettext("Waits for the customer's answer"))
    return str(gettext("Waits for the customer's answer until %(moment)s", moment=until))
