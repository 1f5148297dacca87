"""Y6: the server's time for the pages that operators have open all day, against an empty page of the same layout."""

from __future__ import annotations

from collections.abc import Iterator

from bench.ground import conversations
from bench.reader import Reader
from bench.table import Line
from fikoadmin.services import executions
from tests.contract.documents import by_hand, note
from tests.faults.ground import PROGRAM, live_workflow, say

GOAL = 3.0
MESSAGES = 50
NODES, STEPS = 50, 100


def measure(reader: Reader) -> Iterator[Line]:
    crowd = conversations(1_000, owner="support")
    for number in range(MESSAGES):
        say(crowd[0], f"message {number}")
    editor = of_notes(NODES)
    execution = executions.trigger(of_notes(STEPS), crowd[1], PROGRAM)
    assert len(execution.steps) == STEPS
    pages = {
        "conversation list": ("/conversations", 'href="/conversations/', 50),
        f"conversation with {MESSAGES} messages": (f"/conversations/{crowd[0]}", "said-customer", MESSAGES),
        f"editor with {NODES} nodes": (f"/workflows/{editor}", f"/workflows/{editor}/nodes/", NODES),
        f"execution with {STEPS} steps": (f"/executions/{execution.id}", "note", STEPS),
    }
    for name, (path, mark, times) in pages.items():
        assert reader.get(path).count(mark) >= times, f"{path}: not {times} times {mark}"
        ratio = reader.in_empty_pages(path)
        yield Line(f"Y6 {name}", f"{ratio:.2f}", "empty page", f"{ratio:.2f}", f"at most {GOAL:g}", ratio <= GOAL)


def of_notes(count: int) -> int:
    """The id of a live workflow of so many nodes that starts by hand: each writes a note, after the first."""
    return live_workflow(by_hand(*(note(f"note {n}", f"note {n}") for n in range(count - 1))))
