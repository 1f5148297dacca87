"""The drawing of a workflow: where its nodes stand and how its connections run, as plain values.

`templates/graph/_graph.html` draws them, with the words that `texts` has for the nodes.
"""

from __future__ import annotations

from .drawing import Drawing, drawing
from .marks import Mark, Marks

__all__ = ["Drawing", "Mark", "Marks", "drawing"]
