"""The Conversations pages: the list and its filters, one conversation and what is done there, bulk redirects."""

from __future__ import annotations

from . import bulk, kept, one, overview, prospects, verbs
from .base import bp

__all__ = ["bp", "bulk", "kept", "one", "overview", "prospects", "verbs"]
