"""Who or what changes something; passed in from the door, never asked for below it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .executions import Execution


@dataclass(frozen=True)
class Actor:
    """An author of changes (P25).

    `kind` is operator, token, workflow, command, customer, AI or system; a workflow names version, node and execution.
    """

    kind: str
    id: str = ""
    label: str = ""
    version: int | None = None
    node_id: str | None = None
    # The row itself, not its id: it may be written in the same flush as what it changes.
    execution: Execution | None = field(default=None, compare=False)

    def at(self, node_id: str) -> Actor:
        """The same workflow at one of its nodes."""
        return replace(self, node_id=node_id)


SYSTEM = Actor("system")
