"""What a commit tells those that follow it; never more than rows say."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OwnerChanged:
    """Fact of a commit: the owner changed; the log has a line for it."""

    conversation_id: str
    kind: str
    destination: str
    status: str
    ai_enabled: bool


@dataclass(frozen=True)
class MirrorDue:
    """Fact of a commit: the mirror's key shall say this."""

    conversation_id: str
    ai_enabled: bool
    epoch: int
    custom_prompt: str
