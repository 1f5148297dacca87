"""The path of an execution on the graph of its version: how each node came out, which connections were taken."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from ...engine.graph import Graph
from ...models.executions import Step, StepLine
from ..chips import OUTCOME_LOOKS, UNFINISHED
from ..formats import format_number
from ..graph import Mark, Marks
from ..labels import label
from ..language import gettext


def path_marks(steps: Iterable[Step | StepLine], graph: Graph) -> Marks:
    """The marks of these steps, in their order; a node that ran several times shows how it came out last."""
    by_node: dict[str, list[Step | StepLine]] = {}
    taken: set[str] = set()
    for step in steps:
        by_node.setdefault(step.node_id, []).append(step)
        held_back = (step.data or {}).get("held_back_by_guard") or ()
        if step.connection:
            ways = graph.next(step.node_id, step.connection)
            taken.update(way.id for way in ways if way.target not in held_back)
    words = cache(lambda outcome: label("outcome", outcome))
    marks = {node_id: _mark(own, words) for node_id, own in by_node.items()}
    return Marks(marks, frozenset(taken), traced=True)


def _mark(steps: Sequence[Step | StepLine], words: Callable[[str], str]) -> Mark:
    last = steps[-1]
    icon, look = OUTCOME_LOOKS.get(last.outcome or "", UNFINISHED)
    text = words(last.outcome or "unfinished")
    if len(steps) > 1:
        text = gettext("%(outcome)s, %(count)s times", outcome=text, count=format_number(len(steps)))
    return Mark(text, icon, look, steps[0].position + 1)
