"""The buttons that a message to the customer carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .context import Context


def buttons_of(node: Mapping[str, Any], context: Context) -> list[str]:
    """The labels of the node's `key_values`, placeholders filled."""
    return [context.fill(label) for label in button_labels(node.get("key_values") or [])]


def button_labels(values: list[Any]) -> list[str]:
    """The labels of `key_values`: texts, objects that hold one under `value`, else under `key`, or rows of these."""
    labels: list[str] = []
    for value in values:
        if isinstance(value, list):
            labels += button_labels(value)
        elif label := value.get("value") or value.get("key") if isinstance(value, Mapping) else value:
            labels.append(str(label))
    return labels
