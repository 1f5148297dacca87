"""What a page marks on a graph: something on a node, the connections that were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Mark:
    """A word on a node with its icon; `look` is one of the looks of chips, `number` the place in a list beside."""

    text: str = ""
    icon: str = ""
    look: str = ""
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """By node id and connection id. `traced` says that the graph shows a path: all that is not on it stands back."""

    nodes: Mapping[str, Mark] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    traced: bool = False


NONE = Marks()
