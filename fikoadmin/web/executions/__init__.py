"""The Executions pages: the list, one execution step by step, and an event with what it started and what not."""

from __future__ import annotations

from . import event, one, overview
from .base import bp

__all__ = ["bp", "event", "one", "overview"]
