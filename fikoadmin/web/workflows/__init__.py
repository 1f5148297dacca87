"""The Workflows pages: the list, one workflow as an outline, its nodes, its settings, in and out."""

from __future__ import annotations

from . import (
    limits,
    node_verbs,
    nodes,
    one,
    overview,
    pasting,
    publishing,
    search,
    templates,
    tidying,
    trying,
    undoing,
    versions,
    ways,
)
from .base import bp

__all__ = [
    "bp",
    "limits",
    "node_verbs",
    "nodes",
    "one",
    "overview",
    "pasting",
    "publishing",
    "search",
    "templates",
    "tidying",
    "trying",
    "undoing",
    "versions",
    "ways",
]
