"""All live workflows at once: a message's text is looked up once, not once a workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import ahocorasick

from ..engine.text import normalise
from ..models import events
from .reasons import STARTS, Candidate, Snapshot, examine
from .workflow import LiveWorkflow


class Index:
    """The live workflows of one moment, in the operators' order."""

    def __init__(self, generation: int, changed_at: datetime | None, workflows: Iterable[LiveWorkflow]) -> None:
        self.generation, self.changed_at = generation, changed_at
        self.workflows = {workflow.id: workflow for workflow in workflows}
        self._places = {id_: place for place, id_ in enumerate(self.workflows)}
        self._always: dict[str, set[int]] = {}
        words: dict[str, set[int]] = {}
        for workflow in self.workflows.values():
            self._enter(workflow, words)
        self._automaton = _automaton(words)

    def _enter(self, workflow: LiveWorkflow, words: dict[str, set[int]]) -> None:
        for node in workflow.starts:
            keywords = [word for word in map(normalise, node.get("keywords") or []) if word]
            for event_type, when_type in STARTS:
                if when_type != node.get("when_type"):
                    continue
                if event_type == events.MESSAGE_RECEIVED and keywords:
                    for word in keywords:
                        words.setdefault(word, set()).add(workflow.id)
                else:
                    self._always.setdefault(event_type, set()).add(workflow.id)

    def consider(self, snapshot: Snapshot, chain: list[int]) -> list[Candidate]:
        """The workflows that this event may start, each with where it starts or why it does not."""
        ids = set(self._always.get(snapshot.event_type, ()))
        if snapshot.event_type == events.MESSAGE_RECEIVED and self._automaton is not None:
            for _, found in self._automaton.iter(normalise(snapshot.text)):
                ids |= found
        return [examine(self.workflows[id_], snapshot, chain) for id_ in sorted(ids, key=self._places.__getitem__)]


def _automaton(words: Mapping[str, set[int]]) -> Any:
    if not words:
        return None
    automaton = ahocorasick.Automaton()
    for word, ids in words.items():
        automaton.add_word(word, ids)
    automaton.make_automaton()
    return automaton
