"""The Settings pages: the installation's, its operators, its keys to the API, and one's own account."""

from __future__ import annotations

from . import account, changes, general, operators, tokens
from .base import bp

__all__ = ["account", "bp", "changes", "general", "operators", "tokens"]
