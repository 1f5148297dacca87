"""The Executions pages: the list, one execution step by step, and an event with what it started and what not."""

from __future__ import annotations

from . import bulk, event, one, overview
from .base import bp

__all__ = ["bp", "bulk", "event", "one", "overview"]
