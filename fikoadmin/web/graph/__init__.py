"""The drawing of a workflow: where its nodes stand and how its connections run. Plain values, drawn by
`templates/graph/_graph.html`; the words come from the pages."""

from __future__ import annotations

from .drawing import Drawing, drawing
from .marks import Mark, Marks

__all__ = ["Drawing", "Mark", "Marks", "drawing"]
