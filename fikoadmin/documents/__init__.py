"""The workflow export format 1.0: read strictly, written without loss."""

from __future__ import annotations

from .document import Document, canonical, digest, write
from .reader import read, read_value
from .strict import NotJSON

__all__ = ["Document", "NotJSON", "canonical", "digest", "read", "read_value", "write"]
