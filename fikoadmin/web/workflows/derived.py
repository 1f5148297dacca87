"""What follows from a workflow's document alone: its outline, its findings, its digest.

A draft is looked at far more often than it is changed, so each process keeps what it worked out for the documents that
it saw last. They are found again by what they say: nobody has to tell when a draft has changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Any

from ... import documents
from ...engine.findings import Finding, findings
from ...services.stored_drafts import StoredDraft
from .outline import Outline, outline

KEPT = 32


class Derived:
    """Of one bare `document` in the export format; pages share both, so none changes any of it."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    @cached_property
    def outline(self) -> Outline:
        return outline(self.document)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """In the order of the outline, those of the whole workflow first."""
        numbers = self.outline.numbers
        return tuple(sorted(findings(self.document), key=lambda finding: numbers.get(finding.node_id or "", 0)))

    @cached_property
    def findings_by_node(self) -> Mapping[str, list[Finding]]:
        by_node: dict[str, list[Finding]] = {}
        for finding in self.findings:
            by_node.setdefault(finding.node_id or "", []).append(finding)
        return by_node

    @cached_property
    def digest(self) -> str:
        return documents.digest(self.document)


@lru_cache(maxsize=KEPT)
def derived(stored: StoredDraft) -> Derived:
    """Of a draft, whenever and by whomever it was read."""
    return Derived(stored.document())
