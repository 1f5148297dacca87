"""Channels: the only place that sends to customers, one module for each kind."""

from __future__ import annotations

from .line import CHANNELS, send_messages

__all__ = ["CHANNELS", "send_messages"]
